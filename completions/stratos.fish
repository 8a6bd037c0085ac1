# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_stratos_global_optspecs
    string join \n output= json no-json filter= q/quiet no-quiet verbose color= no-input profile= config= cdn-url= account-key= access-key= timeout= retries= max-wait= rate= ca-file= otlp-endpoint= otlp-headers= h/help v/version
end

function __fish_stratos_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_stratos_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_stratos_using_subcommand
    set -l cmd (__fish_stratos_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c stratos -n "__fish_stratos_needs_command" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_needs_command" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_needs_command" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_needs_command" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_needs_command" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_needs_command" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_needs_command" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_needs_command" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_needs_command" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_needs_command" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_needs_command" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_needs_command" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_needs_command" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_needs_command" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_needs_command" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_needs_command" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_needs_command" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_needs_command" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_needs_command" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_needs_command" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_needs_command" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_needs_command" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_needs_command" -s v -l version -d 'Print the version'
complete -c stratos -n "__fish_stratos_needs_command" -f -a "version" -d 'Print the CLI version'
complete -c stratos -n "__fish_stratos_needs_command" -f -a "help" -d 'Print root or per-command help'
complete -c stratos -n "__fish_stratos_needs_command" -f -a "schema" -d 'Emit a machine-readable command catalogue'
complete -c stratos -n "__fish_stratos_needs_command" -f -a "health" -d 'Liveness probe and edge diagnostics'
complete -c stratos -n "__fish_stratos_needs_command" -f -a "purge" -d 'Invalidate cache by URL, tag, or wholesale'
complete -c stratos -n "__fish_stratos_needs_command" -f -a "signed" -d 'Mint signed URLs, offline; verify, inspect and schemes do the rest'
complete -c stratos -n "__fish_stratos_needs_command" -f -a "config" -d 'Profile management'
complete -c stratos -n "__fish_stratos_needs_command" -f -a "completion" -d 'Emit a shell completion script'
complete -c stratos -n "__fish_stratos_needs_command" -f -a "upgrade" -d 'Replace this binary by a newer release'
complete -c stratos -n "__fish_stratos_needs_command" -f -a "doctor" -d 'Environment and reachability diagnostics'
complete -c stratos -n "__fish_stratos_needs_command" -f -a "bench" -d 'Sampled-request latency benchmark'
complete -c stratos -n "__fish_stratos_needs_command" -f -a "explain" -d 'Look up what a code, status, type, verdict or pasted response means'
complete -c stratos -n "__fish_stratos_needs_command" -f -a "init" -d 'First-run setup of a profile. On a terminal it asks, unless a value is given by flag; elsewhere it writes what the flags say, and the defaults. With a PROVIDER it sets up that one'
complete -c stratos -n "__fish_stratos_needs_command" -f -a "demo" -d 'See it all work against the embedded edge'
complete -c stratos -n "__fish_stratos_needs_command" -f -a "dev" -d 'Run the embedded edge in the foreground'
complete -c stratos -n "__fish_stratos_needs_command" -f -a "security" -d 'What is promised, how far, and what proves it'
complete -c stratos -n "__fish_stratos_needs_command" -f -a "verify" -d 'Check files of a release, or this binary, against what was signed'
complete -c stratos -n "__fish_stratos_needs_command" -f -a "man" -d 'Print the manual page'
complete -c stratos -n "__fish_stratos_using_subcommand version" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand version" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand version" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand version" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand version" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand version" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand version" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand version" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand version" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand version" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand version" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand version" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand version" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand version" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand version" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand version" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand version" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand version" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand version" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand version" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand version" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand version" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand version" -l build -d 'One line of JSON: version, commit, target, features, static or not'
complete -c stratos -n "__fish_stratos_using_subcommand version" -l self-test -d 'Check that this binary works on this machine'
complete -c stratos -n "__fish_stratos_using_subcommand help" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand help" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand help" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand help" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand help" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand help" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand help" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand help" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand help" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand help" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand help" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand help" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand help" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand help" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand help" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand help" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand help" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand help" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand help" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand help" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand help" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand help" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand schema" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand schema" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand schema" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand schema" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand schema" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand schema" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand schema" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand schema" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand schema" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand schema" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand schema" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand schema" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand schema" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand schema" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand schema" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand schema" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand schema" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand schema" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand schema" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand schema" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand schema" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand schema" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand schema" -l v2 -d 'Describe this binary: commands, options, exits, error types, verdicts, variables'
complete -c stratos -n "__fish_stratos_using_subcommand health" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand health" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand health" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand health" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand health" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand health" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand health" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand health" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand health" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand health" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand health" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand health" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand health" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand health" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand health" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand health" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand health" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand health" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand health" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand health" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand health" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand health" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand health" -l deep -d 'Ask the CDN to check what stands behind it, too'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l file -d 'Read URLs from a file, one a line, like those on stdin' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l tag -d 'Purge what carries this tag; may be repeated' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l prefix -d 'Purge all below this address; may be repeated' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l host -d 'Purge all of this host; may be repeated' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l from -d 'Purge what changed or went since this release: a manifest, a folder, or an archive (tar, tar.gz, zip)' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l site -d 'Address that the files are served below; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l index -d 'What a folder is answered with, or none; repeatable [default: index.html]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l clean-urls -d 'Whether about.html is served as /about, too: auto means unless a file has that name [default: auto]' -r -f -a "auto\t''
on\t''
off\t''"
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l hashed -d 'Names that change with their content are not purged when they come or go: auto, none, or an expression that finds them [default: auto]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l strip -d 'Leave out so many leading folders of the names in an archive' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l to -d 'Purge at all of these: profiles, groups or providers, with commas between; repeatable. Behind --from, the first --to is the new release' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l journal -d 'Keep the journal in this file; `none` keeps none (default: below the state folder)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l wait -d 'Wait until the provider says that the purge is done (default 10m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l after-origin -d 'Purge only when this URL of the origin serves the new content' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l expect -d 'The new content: its digest, or a file that holds it [default: other than what the edge has]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l after-timeout -d 'How long to wait for the origin (default 10m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l prove -d 'Afterwards fetch the URLs through the edge, all or N of them, until they are fresh' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l prove-url -d 'A URL to prove, instead of the purged ones; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l prove-file -d 'A file of URLs to prove, one a line' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l prove-timeout -d 'How long to look (default 60s)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l origin -d 'Compare bytes with those at this base, which serves the same paths' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l encodings -d 'Which encodings to look at (default identity,gzip,br)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l resolve -d 'Look at this address instead of the host\'s own, HOST:ADDRESS[:PORT]; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l set -d 'A setting of the provider, name=value; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l purge-key -d 'Purge key, literally [env: CLOUDCDN_PURGE_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l token -d 'Token with the scope purge:write, literally [env: CLOUDCDN_BEARER_TOKEN]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l stdin -d 'Read URLs from stdin, one a line; blank lines and lines that begin with # are skipped'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l everything -d 'Purge the whole cache; needs --yes, or a confirmation typed on a terminal'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l soft -d 'Mark content as stale instead of removing it, where the CDN can'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l with-added -d 'Purge what is new, too: its 404 may be cached'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l all-removed -d 'Go on where no file of the old release is in the new one'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l partial-ok -d 'Go on with the targets that can, where one cannot'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l yes -d 'Confirm --everything'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -l dry-run -d 'Print the requests, send none'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -a "plan" -d 'Write the plan and what it costs; nothing is sent, no key is needed'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -a "apply" -d 'Send a plan that was made before'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -a "resume" -d 'Send what an earlier run left unsent or in doubt'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -a "history" -d 'List the runs of the last 30 days, and what became of their batches'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -a "manifest" -d 'Write the names and digests of a release\'s files, to compare the next release with'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -a "quota" -d 'Ask what is left of the account\'s budgets, where the provider tells without a purge (Akamai, Alibaba, Tencent)'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and not __fish_seen_subcommand_from plan apply resume history manifest quota providers" -a "providers" -d 'List the CDNs and caches: what each purges by, its limits, settings and variables'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l file -d 'Read URLs from a file, one a line, like those on stdin' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l tag -d 'Purge what carries this tag; may be repeated' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l prefix -d 'Purge all below this address; may be repeated' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l host -d 'Purge all of this host; may be repeated' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l from -d 'Purge what changed or went since this release: a manifest, a folder, or an archive (tar, tar.gz, zip)' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l site -d 'Address that the files are served below; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l index -d 'What a folder is answered with, or none; repeatable [default: index.html]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l clean-urls -d 'Whether about.html is served as /about, too: auto means unless a file has that name [default: auto]' -r -f -a "auto\t''
on\t''
off\t''"
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l hashed -d 'Names that change with their content are not purged when they come or go: auto, none, or an expression that finds them [default: auto]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l strip -d 'Leave out so many leading folders of the names in an archive' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l to -d 'Purge at all of these: profiles, groups or providers, with commas between; repeatable. Behind --from, the first --to is the new release' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l out -d 'Write the plan to a file' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l set -d 'A setting of the provider, name=value; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l stdin -d 'Read URLs from stdin, one a line; blank lines and lines that begin with # are skipped'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l everything -d 'Purge the whole cache; needs --yes, or a confirmation typed on a terminal'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l soft -d 'Mark content as stale instead of removing it, where the CDN can'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l with-added -d 'Purge what is new, too: its 404 may be cached'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l all-removed -d 'Go on where no file of the old release is in the new one'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l partial-ok -d 'Go on with the targets that can, where one cannot'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from plan" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l journal -d 'Keep the journal in this file; `none` keeps none (default: below the state folder)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l wait -d 'Wait until the provider says that the purge is done (default 10m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l after-origin -d 'Purge only when this URL of the origin serves the new content' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l expect -d 'The new content: its digest, or a file that holds it [default: other than what the edge has]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l after-timeout -d 'How long to wait for the origin (default 10m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l prove -d 'Afterwards fetch the URLs through the edge, all or N of them, until they are fresh' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l prove-url -d 'A URL to prove, instead of the purged ones; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l prove-file -d 'A file of URLs to prove, one a line' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l prove-timeout -d 'How long to look (default 60s)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l origin -d 'Compare bytes with those at this base, which serves the same paths' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l encodings -d 'Which encodings to look at (default identity,gzip,br)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l resolve -d 'Look at this address instead of the host\'s own, HOST:ADDRESS[:PORT]; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l set -d 'A setting of the provider, name=value; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l purge-key -d 'Purge key, literally [env: CLOUDCDN_PURGE_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l token -d 'Token with the scope purge:write, literally [env: CLOUDCDN_BEARER_TOKEN]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l yes -d 'Confirm a plan that removes everything'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l dry-run -d 'Print the requests, send none'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l partial-ok -d 'Where the plan is for several: go on with the targets that can, where one cannot'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from apply" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l wait -d 'Wait until the provider says that the purge is done (default 10m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l after-origin -d 'Purge only when this URL of the origin serves the new content' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l expect -d 'The new content: its digest, or a file that holds it [default: other than what the edge has]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l after-timeout -d 'How long to wait for the origin (default 10m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l prove -d 'Afterwards fetch the URLs through the edge, all or N of them, until they are fresh' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l prove-url -d 'A URL to prove, instead of the purged ones; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l prove-file -d 'A file of URLs to prove, one a line' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l prove-timeout -d 'How long to look (default 60s)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l origin -d 'Compare bytes with those at this base, which serves the same paths' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l encodings -d 'Which encodings to look at (default identity,gzip,br)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l resolve -d 'Look at this address instead of the host\'s own, HOST:ADDRESS[:PORT]; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l set -d 'A setting of the provider, name=value; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l purge-key -d 'Purge key, literally [env: CLOUDCDN_PURGE_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l token -d 'Token with the scope purge:write, literally [env: CLOUDCDN_BEARER_TOKEN]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l resend -d 'Send a batch in doubt again also where that is not harmless'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l dry-run -d 'Print the requests that are left, send none'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from resume" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l forget -d 'Give up this run, by its id or its journal\'s path: says what stays unpurged, and removes its journal' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l open -d 'Only runs that are unfinished'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from history" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l out -d 'Write the manifest to a file' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l strip -d 'Leave out so many leading folders of the names in an archive' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from manifest" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l set -d 'A setting of the provider, name=value; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l purge-key -d 'Purge key, literally [env: CLOUDCDN_PURGE_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l token -d 'Token with the scope purge:write, literally [env: CLOUDCDN_BEARER_TOKEN]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from quota" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand purge; and __fish_seen_subcommand_from providers" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l scheme -d 'Signing scheme (default: the profile\'s, else cloudcdn); see `signed schemes`' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l param -d 'A setting of the scheme, name=value; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l key -d 'Signing key: env:NAME, file:PATH, fd:N, exec:COMMAND, or - for stdin' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l secret -d 'Signing key, literally; others can read it in the process list [env: SIGNED_URL_SECRET]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l expires -d 'Not after: Unix seconds, RFC 3339 with its offset, or +15m' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l ttl -d 'Lifetime from now: 15m, 1h, 7d, or seconds' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l not-before -d 'Not before: as --expires' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l ip -d 'The visitor\'s address or network' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l country -d 'Countries allowed, DE,FR; blocked with !, !DE,FR' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l prefix -d 'Good for every URL that begins so; with * or ? for every one that matches' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l method -d 'The HTTP method' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l key-id -d 'Which of the verifier\'s keys' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l form -d 'How it is carried: query, path, cookie, header or token' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l as -d 'How it is written' -r -f -a "lines\t'The URL or token; cookies and headers one a line'
set-cookie\t'A Set-Cookie header for each cookie'
curl\t'A curl command, quoted for a POSIX shell'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l input -d 'What the list on stdin is made of' -r -f -a "lines\t'A path or URL a line'
ndjson\t'A JSON object a line'
csv\t'Comma-separated values below a line of names'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l field -d 'The member or column with the URL or path; a number with --no-header' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l take -d 'Members that stand for the flag of their name, as ip,country=cc; or none' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l jobs -d 'Threads for a list on stdin (default 1); order is kept' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l allow-expired -d 'Mint although the expiry has passed'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l cookie -d 'Short for --form cookie'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l header -d 'Short for --form header'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l no-header -d 'The CSV has no line of names: columns are numbered from 1'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l keep-blank -d 'A bad line of stdin gives an empty line'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -l fail-fast -d 'The first bad line ends it'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -a "verify" -d 'Check signed URLs as the edge would, with the key'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -a "inspect" -d 'Take a signed URL apart without a key; nothing is checked'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -a "doctor" -d 'Say why a signed URL is refused, and what to do about it'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -a "keygen" -d 'Make a new key of the kind, length and spelling that a scheme wants'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -a "audit" -d 'Lint signed URLs: too wide, too long, too weak; no key is needed'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -a "redact" -d 'Blank signatures in any text: logs, HAR, JSON, HTML'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -a "rotate" -d 'Another key signs, and no live link breaks: the ring, the dates, the links in a log'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -a "playlist" -d 'Sign the URIs of an HLS playlist or a DASH manifest, or check that they are'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and not __fish_seen_subcommand_from verify inspect doctor keygen audit redact rotate playlist schemes" -a "schemes" -d 'The schemes: claims, forms and params of each'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l scheme -d 'Signing scheme (default: the profile\'s, else cloudcdn); see `signed schemes`' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l param -d 'A setting of the scheme, name=value; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l key -d 'Verifying key: env:NAME, file:PATH, fd:N, exec:COMMAND, or - for stdin; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l secret -d 'Verifying key, literally; others can read it in the process list [env: SIGNED_URL_SECRET]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l key-id -d 'The id of a key, in the order of --key; a key without one is tried for every URL' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l at -d 'The edge\'s time: as --expires (default: now)' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l ip -d 'The visitor\'s address' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l country -d 'The visitor\'s country, two letters' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l method -d 'The HTTP method' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l header -d 'A request header, \'Name: value\'; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l cookie -d 'Cookies: \'name=value; …\', a Cookie: header or Set-Cookie: lines; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l input -d 'What the list on stdin is made of' -r -f -a "lines\t'A path or URL a line'
ndjson\t'A JSON object a line'
csv\t'Comma-separated values below a line of names'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l field -d 'The member or column with the URL or path; a number with --no-header' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l take -d 'Members that stand for the flag of their name, as ip,country=cc; or none' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l jobs -d 'Threads for a list on stdin (default 1); order is kept' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l no-header -d 'The CSV has no line of names: columns are numbered from 1'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l scheme -d 'Signing scheme (default: the profile\'s, else cloudcdn); see `signed schemes`' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l param -d 'A setting of the scheme, name=value; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l at -d 'The edge\'s time: as --expires (default: now)' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l ip -d 'The visitor\'s address' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l country -d 'The visitor\'s country, two letters' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l method -d 'The HTTP method' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l header -d 'A request header, \'Name: value\'; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l cookie -d 'Cookies: \'name=value; …\', a Cookie: header or Set-Cookie: lines; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l input -d 'What the list on stdin is made of' -r -f -a "lines\t'A path or URL a line'
ndjson\t'A JSON object a line'
csv\t'Comma-separated values below a line of names'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l field -d 'The member or column with the URL or path; a number with --no-header' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l take -d 'Members that stand for the flag of their name, as ip,country=cc; or none' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l jobs -d 'Threads for a list on stdin (default 1); order is kept' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l no-header -d 'The CSV has no line of names: columns are numbered from 1'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from inspect" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l scheme -d 'Signing scheme (default: the profile\'s, else cloudcdn); see `signed schemes`' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l param -d 'A setting of the scheme, name=value; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l key -d 'Key: env:NAME, file:PATH, fd:N, exec:COMMAND, or - for stdin; repeated, a ring, the current one first' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l secret -d 'Key, literally; others can read it in the process list [env: SIGNED_URL_SECRET]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l key-id -d 'The id of a key, in the order of --key' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l at -d 'The edge\'s time: as --expires (default: now)' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l ip -d 'The visitor\'s address' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l country -d 'The visitor\'s country, two letters' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l method -d 'The HTTP method' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l header -d 'A request header, \'Name: value\'; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l cookie -d 'Cookies: \'name=value; …\', a Cookie: header or Set-Cookie: lines; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l try-host -d 'A host for which the link may have been signed; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l try-ip -d 'An address for which the link may have been signed; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from doctor" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l scheme -d 'Signing scheme (default: the profile\'s, else cloudcdn); see `signed schemes`' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l param -d 'A setting of the scheme, name=value; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l bits -d 'Size of an RSA key: 2048, 3072 or 4096, as the scheme takes' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l out -d 'Write the key to a new file, for its owner alone, instead of stdout' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l public -d 'Write the public half to a new file, instead of stderr' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from keygen" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l scheme -d 'Signing scheme (default: the profile\'s, else cloudcdn); see `signed schemes`' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l param -d 'A setting of the scheme, name=value; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l at -d 'The edge\'s time: as --expires (default: now)' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l ip -d 'The visitor\'s address' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l country -d 'The visitor\'s country, two letters' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l method -d 'The HTTP method' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l header -d 'A request header, \'Name: value\'; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l cookie -d 'Cookies: \'name=value; …\', a Cookie: header or Set-Cookie: lines; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l max-ttl -d 'The longest life of a link (default: [policy] max_ttl, else 7d)' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l credentials-until -d 'When the credentials end; those of one key with its id before it, ID=TIME; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l fail-on -d 'What makes it exit 65: error, warning, note or never' -r -f -a "error\t''
warning\t''
note\t''
never\t''"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from audit" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l mark -d 'What stands for a signature: plain, or hash to keep equal ones recognisable' -r -f -a "plain\t''
hash\t''"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l name -d 'One more name in front of a signature, of a scheme with a name of your own; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from redact" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -f -a "status" -d 'The ring: each key, its state, and what comes next (also without a verb)'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -f -a "plan" -d 'The safe dates of a rotation; changes nothing'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -f -a "add" -d 'Put a key into the ring; the first signs, every other is accepted'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -f -a "promote" -d 'Make an accepted key the one that signs; the one before it stays accepted'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -f -a "census" -d 'Count the live links of each key in an access log on stdin'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from rotate" -f -a "retire" -d 'Let a key go of which no link lives'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l base -d 'The URL at which it is served: what relative URIs are resolved against' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l host-ok -d 'Another host whose URLs are signed too; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l define -d 'A value for an HLS variable that is defined elsewhere, name=value; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l out -d 'Write it into this folder, with the child playlists that lie beside it' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l max-size -d 'Refuse a larger file (default 16 MiB)' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l scheme -d 'Signing scheme (default: the profile\'s, else cloudcdn); see `signed schemes`' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l param -d 'A setting of the scheme, name=value; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l key -d 'Signing key: env:NAME, file:PATH, fd:N, exec:COMMAND, or - for stdin' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l secret -d 'Signing key, literally; others can read it in the process list [env: SIGNED_URL_SECRET]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l expires -d 'Not after: Unix seconds, RFC 3339 with its offset, or +15m' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l ttl -d 'Lifetime from now: 15m, 1h, 7d, or seconds' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l not-before -d 'Not before: as --expires' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l ip -d 'The visitor\'s address or network' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l country -d 'Countries allowed, DE,FR; blocked with !, !DE,FR' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l prefix -d 'Good for every URL that begins so; with * or ? for every one that matches' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l method -d 'The HTTP method' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l key-id -d 'Which of the verifier\'s keys' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l form -d 'How it is carried: query, path, cookie, header or token' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l resign -d 'Replace the signatures of what is signed already'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l check -d 'Sign nothing: list what is unsigned, expired, or ends too early'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l allow-expired -d 'Mint although the expiry has passed'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l cookie -d 'Short for --form cookie'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l header -d 'Short for --form header'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from playlist" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand signed; and __fish_seen_subcommand_from schemes" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -f -a "get" -d 'Print one setting; exit 69, silently, where it is not set'
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -f -a "set" -d 'Change one setting'
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -f -a "unset" -d 'Remove one setting'
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -f -a "list" -d 'Print the file, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -f -a "edit" -d 'Open the file in $EDITOR, and check it afterwards'
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -f -a "path" -d 'Print where the file is'
complete -c stratos -n "__fish_stratos_using_subcommand config; and not __fish_seen_subcommand_from get set unset list edit path use" -f -a "use" -d 'Make a profile the one in force where none is named'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from get" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from unset" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -l origin -d 'Print the settings in force instead, each with who set it'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from edit" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand config; and __fish_seen_subcommand_from use" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand completion" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand completion" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand completion" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand completion" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand completion" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand completion" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand completion" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand completion" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand completion" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand completion" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand completion" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand completion" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand completion" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand completion" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand completion" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand completion" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand completion" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand completion" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand completion" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand completion" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand completion" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand completion" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l to -d 'Take this version and no other' -r
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l from -d 'Take it from a release\'s folder, bundle or manifest.json, or below another https address [env: STRATOS_BASE_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l check -d 'Say what is newest and change nothing; exit 0 whether there is something newer or not'
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l rollback -d 'Go back to the binary that the last upgrade replaced'
complete -c stratos -n "__fish_stratos_using_subcommand upgrade" -l dry-run -d 'Verify the release, say what would be done, and change nothing'
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand doctor" -l offline -d 'Look at the configuration only, send nothing'
complete -c stratos -n "__fish_stratos_using_subcommand bench" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand bench" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand bench" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand bench" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand bench" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand bench" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand bench" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand bench" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand bench" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand bench" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand bench" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand bench" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand bench" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand bench" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand bench" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand bench" -s n -l iterations -d 'How many requests to send, one after the other: 1 to 1000' -r
complete -c stratos -n "__fish_stratos_using_subcommand bench" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand bench" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand bench" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand bench" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand bench" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand bench" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand bench" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand explain" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand explain" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand explain" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand explain" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand explain" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand explain" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand explain" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand explain" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand explain" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand explain" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand explain" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand explain" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand explain" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand explain" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand explain" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand explain" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand explain" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand explain" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand explain" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand explain" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand explain" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand explain" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand init" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand init" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand init" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand init" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand init" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand init" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand init" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand init" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand init" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand init" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand init" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand init" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand init" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand init" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand init" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand init" -l set -d 'A setting of the provider, name=value; repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand init" -l credential -d 'A credential of the provider by reference, name=env:NAME (file:, fd:, exec:); repeatable' -r
complete -c stratos -n "__fish_stratos_using_subcommand init" -l find -d 'The domain, host or name to look the id up by' -r
complete -c stratos -n "__fish_stratos_using_subcommand init" -l signed-secret -d 'Signing key, literally; better --key' -r
complete -c stratos -n "__fish_stratos_using_subcommand init" -l key -d 'Signing key by reference: env:NAME, file:PATH, fd:N, exec:COMMAND or -' -r
complete -c stratos -n "__fish_stratos_using_subcommand init" -l purge-key -d 'Purge key, literally' -r
complete -c stratos -n "__fish_stratos_using_subcommand init" -l token -d 'API token, literally' -r
complete -c stratos -n "__fish_stratos_using_subcommand init" -l scheme -d 'Signing scheme; for CloudCDN the form that the deployment verifies: cloudcdn or cloudcdn-colon' -r
complete -c stratos -n "__fish_stratos_using_subcommand init" -l provider -d 'Purge provider' -r
complete -c stratos -n "__fish_stratos_using_subcommand init" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand init" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand init" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand init" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand init" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand init" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand init" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand init" -l no-check -d 'Send nothing: look no name up, and store the credential untested'
complete -c stratos -n "__fish_stratos_using_subcommand init" -l accept-broad -d 'Take a credential that may do more than purge'
complete -c stratos -n "__fish_stratos_using_subcommand init" -l import -d 'Take the profiles over from the Node CLI\'s config.json; with --profile only that one'
complete -c stratos -n "__fish_stratos_using_subcommand init" -l force -d 'Replace the profile if it exists; a file that cannot be read is kept beside the new one'
complete -c stratos -n "__fish_stratos_using_subcommand demo" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand demo" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand demo" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand demo" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand demo" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand demo" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand demo" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand demo" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand demo" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand demo" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand demo" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand demo" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand demo" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand demo" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand demo" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand demo" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand demo" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand demo" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand demo" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand demo" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand demo" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand demo" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l port -d 'Port; 0 takes a free one' -r
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l bind -l host -d 'Loopback address to listen on' -r
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l root -d 'Serve the files below this directory (default: a sample site)' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l scheme -d 'Scheme of the signed URLs it verifies; other than cloudcdn*, it guards every page' -r
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l key -d 'Verify with this key: env: file: fd: exec: - plain: (repeatable; default: a random one)' -r
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l key-id -d 'The id that the first key goes by' -r
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l param -d 'A setting of the scheme (repeatable)' -r
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l purge-key -d 'Take this key for purges: a reference as for --key (default: a random one)' -r
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l fault -d 'Misbehave: 429, 503, stall, stall-body, drip, reset, oversize, redirect or non-json; every request, or the first N with NAME:N (repeatable, one after the other)' -r
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l retry-after -d 'Seconds in the Retry-After of --fault 429' -r
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand dev" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand dev" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand dev" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand security; and not __fish_seen_subcommand_from posture" -f -a "posture" -d 'Print the posture table of SECURITY.md: capability, state, evidence'
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -l state -d 'Only the lines of this state; repeatable' -r -f -a "enforced\t'Each test named fails under the planted fault'
shipped\t'Built and tested, without that link'
beta\t'Works, its shape may change'
partial\t'Some of it, and what is missing is said'"
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand security; and __fish_seen_subcommand_from posture" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l manifest -d 'The manifest to check against, or its folder (default: manifest.json beside the file)' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l sha256 -d 'Compare one file with this SHA-256, and look at no signature' -r
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l key -d 'Trust this minisign public key instead of those compiled in' -r
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l key-file -d 'The same, from a .pub file' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand verify" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand verify" -s h -l help -d 'Print help'
complete -c stratos -n "__fish_stratos_using_subcommand verify" -l self -d 'Check the running binary and say how it was built'
complete -c stratos -n "__fish_stratos_using_subcommand man" -l output -d 'Output format: json, ndjson, yaml, csv, table or markdown' -r -f -a "json\t'One JSON value: compact in a pipe, indented on a terminal'
ndjson\t'One JSON value a line'
yaml\t'YAML 1.2'
csv\t'RFC 4180 with a header line'
table\t'Aligned columns'
markdown\t'A Markdown table'"
complete -c stratos -n "__fish_stratos_using_subcommand man" -l filter -d 'Pass structured output through a jq expression' -r
complete -c stratos -n "__fish_stratos_using_subcommand man" -l color -d 'When to colour: auto, always or never (NO_COLOR wins)' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c stratos -n "__fish_stratos_using_subcommand man" -l profile -d 'Profile to use [env: STRATOS_PROFILE]' -r
complete -c stratos -n "__fish_stratos_using_subcommand man" -l config -d 'Configuration file [env: STRATOS_CONFIG]' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand man" -l cdn-url -d 'Base URL of the CDN [env: CLOUDCDN_URL]' -r
complete -c stratos -n "__fish_stratos_using_subcommand man" -l account-key -d 'Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand man" -l access-key -d 'Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]' -r
complete -c stratos -n "__fish_stratos_using_subcommand man" -l timeout -d 'Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]' -r
complete -c stratos -n "__fish_stratos_using_subcommand man" -l retries -d 'Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]' -r
complete -c stratos -n "__fish_stratos_using_subcommand man" -l max-wait -d 'Longest wait that a server may impose (default 2m)' -r
complete -c stratos -n "__fish_stratos_using_subcommand man" -l rate -d 'At most so many requests a second: 5, 0.5, 5/s' -r
complete -c stratos -n "__fish_stratos_using_subcommand man" -l ca-file -d 'Certificate authorities to trust beside the system\'s, PEM' -r -F
complete -c stratos -n "__fish_stratos_using_subcommand man" -l otlp-endpoint -d 'Send one OpenTelemetry span per command to this OTLP/HTTP endpoint' -r
complete -c stratos -n "__fish_stratos_using_subcommand man" -l otlp-headers -d 'Headers for the OTLP endpoint: k=v,k=v' -r
complete -c stratos -n "__fish_stratos_using_subcommand man" -l json -d 'Short for --output json'
complete -c stratos -n "__fish_stratos_using_subcommand man" -l no-json -d 'Undo the JSON that CI=true asks for'
complete -c stratos -n "__fish_stratos_using_subcommand man" -s q -l quiet -d 'Hide info lines and progress'
complete -c stratos -n "__fish_stratos_using_subcommand man" -l no-quiet -d 'Show info lines even where CI=true hides them'
complete -c stratos -n "__fish_stratos_using_subcommand man" -l verbose -d 'Print each request, its answer and its timing on stderr, secrets masked'
complete -c stratos -n "__fish_stratos_using_subcommand man" -l no-input -d 'Never prompt'
complete -c stratos -n "__fish_stratos_using_subcommand man" -s h -l help -d 'Print help'
