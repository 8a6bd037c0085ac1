# Installs stratos on Windows: downloads one file, checks it against the SHA-256 that stands below, runs its
# self-test, and renames it into place. A file without a pin is not installed.
#
#   irm https://cloudcdn.pro/dist/stratos/install.ps1 | iex
#   powershell -ExecutionPolicy Bypass -File install.ps1 -Prefix D:\tools
#
# All of it is in a function that the last line calls, so that a script that arrived in part runs nothing,
# and leaves no variable behind in the session. For Windows PowerShell 5.1 and PowerShell 7.

function Install-Stratos {
    param([object[]] $Words, [string] $ScriptFile)

$PINNED_VERSION = '0.1.0'
$PUBLIC_KEY = ''
    $BaseUrl = 'https://cloudcdn.pro/dist/stratos/'
    $BinaryLimit = 67108864 # bytes; a longer answer is cut off while it arrives
    $TextLimit = 4194304
    $SelfTestSeconds = 30

    # The SHA-256 of the files of PINNED_VERSION; the release tool writes the lines between the marks.
    $Pins = @{
        # pins: begin
        # pins: end
    }

    Set-StrictMode -Version 3.0
    $ErrorActionPreference = 'Stop'
    $ProgressPreference = 'SilentlyContinue' # the bar of 5.1 costs more than the download

    # ---- words ----

    function Show-Help {
        @(
            "Installs stratos $PINNED_VERSION, checked against the SHA-256 in this script."
            ''
            'usage: install.ps1 [options]'
            ''
            '  -Prefix DIR        where to (STRATOS_PREFIX; %LOCALAPPDATA%\Programs\stratos)'
            '  -BaseUrl URL       a mirror, https:// or file:/// (STRATOS_BASE_URL)'
            '  -Version VERSION   another version (STRATOS_VERSION); wants -Sha256'
            '  -Sha256 HEX        the SHA-256 of its binary (STRATOS_SHA256)'
            '  -Target LABEL      another build than this machine suggests (STRATOS_TARGET)'
            '  -NoCompletions     without the completions of PowerShell'
            "  -OnlyBinary        without them, and without the release's manifest"
            '  -AddToPath         add the folder to the PATH of this user'
            '  -FromSource        build it with cargo; for a script that stands in a clone'
            '  -Uninstall         remove what was installed; settings stay'
            '  -DryRun            say what would be done, and do nothing'
            '  -Help              this text'
            ''
            'exit codes: 64 wrong argument, 65 refused as not genuine, 66 no such file, 69 not to be had,'
            '70 the self-test or the build failed, 73 cannot write there, 74 the disk is full'
        ) | ForEach-Object { Write-Output $_ }
    }

    function Write-Note([string] $Text) { Write-Host "note: $Text" -ForegroundColor Yellow }

    # Ends the installation with this exit code.
    function Stop-Install([int] $Code, [string] $Text) {
        $problem = New-Object System.Exception $Text
        $problem.Data['code'] = $Code
        throw $problem
    }

    # A URL without the password that may stand in it.
    function Hide-Password([string] $Url) { $Url -replace '//[^/@]*@', '//' }

    # What a program said, fit for a message.
    function Get-FirstLine([string] $Text) {
        $line = @(($Text -replace '[^\x20-\x7e\r\n]', '') -split "\r?\n")[0]
        if ($line.Length -gt 200) { $line.Substring(0, 200) } else { $line }
    }

    # ---- what was asked ----

    function Read-Words {
        $asked = @{
            prefix = $env:STRATOS_PREFIX; baseurl = $env:STRATOS_BASE_URL; version = $env:STRATOS_VERSION
            sha256 = $env:STRATOS_SHA256; target = $env:STRATOS_TARGET
        }
        $switches = 'nocompletions', 'onlybinary', 'addtopath', 'fromsource', 'uninstall', 'dryrun', 'help', 'h'
        foreach ($name in $switches) { $asked[$name] = $false }
        $values = 'prefix', 'baseurl', 'version', 'sha256', 'target'
        $rest = New-Object System.Collections.Queue
        foreach ($word in @($Words)) { if ($null -ne $word) { $rest.Enqueue([string] $word) } }
        while ($rest.Count -gt 0) {
            $word = $rest.Dequeue()
            $parts = $word -split '[:=]', 2
            # -BaseUrl and --base-url are the same.
            $name = ($parts[0] -replace '-', '').ToLowerInvariant()
            if (-not $word.StartsWith('-')) { Stop-Install 64 "$word is not known: -Help lists the options" }
            if ($values -contains $name) {
                $value = ''
                if ($parts.Count -eq 2 -and $parts[1] -ne '') { $value = $parts[1] } elseif ($rest.Count -gt 0) { $value = $rest.Dequeue() }
                if ($value -eq '') { Stop-Install 64 "$($parts[0]) wants a value: $($parts[0]) VALUE" }
                $asked[$name] = $value
            } elseif ($switches -contains $name) {
                if ($parts.Count -eq 2 -and $parts[1] -ne '') {
                    Stop-Install 64 "$($parts[0]) takes no value: leave out what follows it"
                }
                $asked[$name] = $true
            } else {
                Stop-Install 64 "$($parts[0]) is not known: -Help lists the options"
            }
        }
        $asked
    }

    function Resolve-Prefix([string] $Prefix) {
        if ($Prefix -eq '') {
            if ([string]::IsNullOrEmpty($env:LOCALAPPDATA)) {
                Stop-Install 64 'there is no LOCALAPPDATA to install into: name a folder with -Prefix DIR'
            }
            $Prefix = Join-Path $env:LOCALAPPDATA 'Programs\stratos'
        }
        if ($Prefix -match '[\x00-\x1f"<>|?*;]') {
            Stop-Install 64 'the prefix has characters that no folder has, or a semicolon: name another with -Prefix'
        }
        # Not .NET's idea of the current folder, which is another one.
        $whole = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Prefix)
        $whole.TrimEnd('\', '/')
    }

    function Resolve-Base([string] $Base) {
        if ($Base -eq '') { $Base = $BaseUrl }
        $shown = Hide-Password $Base
        if ($Base -match '^http://') { Stop-Install 64 "$shown is not encrypted: a mirror is https:// or file:///" }
        if ($Base -notmatch '^(https://[^/]|file:///)') {
            Stop-Install 64 "$shown is no base URL: it begins with https:// or file:///"
        }
        if ($Base -match '^https:' -and $Base -notmatch '^[\]\[A-Za-z0-9._~:/@%+,=-]+$') {
            Stop-Install 64 'the base URL has characters that no folder of a URL has: check -BaseUrl'
        }
        $Base.TrimEnd('/') + '/'
    }

    function Resolve-Version([string] $Version) {
        if (-not $Version) { return $PINNED_VERSION }
        $Version = $Version -replace '^v', ''
        if ($Version -notmatch '^[0-9]+\.[0-9]+\.[0-9]+([.+-][A-Za-z0-9.+-]*)?$' -or $Version.Contains('..')) {
            Stop-Install 64 "`"$Version`" is no version: write it like $PINNED_VERSION"
        }
        $Version
    }

    # ---- which build ----

    # The labels that this machine can run, best first. Windows on ARM runs the others' too.
    function Get-Labels([string] $Target) {
        if ($Target -ne '') {
            if ($Target -notmatch '^[A-Za-z0-9_-]+$') {
                Stop-Install 64 "`"$Target`" is no target: write it like x86_64-pc-windows-msvc"
            }
            return $Target
        }
        # A 32-bit PowerShell is told its own architecture first.
        $machine = $env:PROCESSOR_ARCHITEW6432
        if ([string]::IsNullOrEmpty($machine)) { $machine = $env:PROCESSOR_ARCHITECTURE }
        switch ($machine) {
            'AMD64' { 'x86_64-pc-windows-msvc' }
            'ARM64' { 'aarch64-pc-windows-msvc', 'x86_64-pc-windows-msvc' }
            default { Stop-Install 69 "there is no build for ${machine}: build it from a clone with -FromSource" }
        }
    }

    function Get-FileName([string] $Version, [string] $Label) { "stratos-$Version-$Label.exe" }

    # The file to take and its digest by the pins, or by the user's digest; refuses where neither is.
    function Select-Build([string] $Version, [string[]] $Labels, [string] $Sha256) {
        $Sha256 = $Sha256.ToLowerInvariant()
        if ($Sha256 -ne '' -and $Sha256 -notmatch '^[0-9a-f]{64}$') {
            Stop-Install 64 'STRATOS_SHA256 is no SHA-256: it has 64 hexadecimal digits'
        }
        if ($Version -eq $PINNED_VERSION) {
            foreach ($label in $Labels) {
                $file = Get-FileName $Version $label
                if (-not $Pins.ContainsKey($file)) { continue }
                $digest = $Pins[$file]
                if ($digest -cnotmatch '^[0-9a-f]{64}$') {
                    Stop-Install 65 "the pin of $file is damaged: download this script again"
                }
                if ($Sha256 -ne '' -and $Sha256 -ne $digest) {
                    Stop-Install 64 "STRATOS_SHA256 is not the digest of $file that this script holds ($digest): leave it away"
                }
                return @{ Files = @($file); Digest = $digest; Pinned = $true }
            }
        }
        if ($Sha256 -ne '') {
            $files = @($Labels | ForEach-Object { Get-FileName $Version $_ })
            return @{ Files = $files; Digest = $Sha256; Pinned = $false }
        }
        if ($Version -ne $PINNED_VERSION) {
            Stop-Install 65 ("this script holds no SHA-256 for stratos $Version, only for ${PINNED_VERSION}: " +
                'name the digest of its binary too, as STRATOS_SHA256 or -Sha256')
        }
        Stop-Install 65 ("this script holds no SHA-256 of stratos $Version for $($Labels[0]), and installs nothing " +
            'unchecked: build it from a clone with install.ps1 -FromSource, or name a release that you trust with ' +
            'STRATOS_VERSION and STRATOS_SHA256')
    }

    # ---- downloads ----

    # A file of the release into the stage. Throws where it cannot be had.
    function Get-Released([string] $Name, [long] $Limit) {
        $url = "$base$version/$Name"
        $into = Join-Path $stage $Name
        if ($base.StartsWith('file:')) { Copy-Released $url $into $Limit } else { Receive-Released $url $into $Limit }
        if ((Get-Item -LiteralPath $into).Length -eq 0) {
            Stop-Install 65 "$Name is empty at $(Hide-Password $base): nothing was installed; try again, or another mirror"
        }
    }

    function Copy-Released([string] $Url, [string] $Into, [long] $Limit) {
        $from = ([Uri] $Url).LocalPath
        if (-not (Test-Path -LiteralPath $from -PathType Leaf)) {
            Stop-Install 66 "there is no file ${from}: the base URL names the folder in which $version\ is"
        }
        if ((Get-Item -LiteralPath $from).Length -gt $Limit) { Stop-Endless $Url $Limit }
        [IO.File]::Copy($from, $Into, $true)
    }

    function Stop-Endless([string] $Url, [long] $Limit) {
        Stop-Install 65 "$(Hide-Password $Url) is longer than $Limit bytes, which no file of a release is"
    }

    # Redirects are followed by hand: https alone, five at most.
    function Receive-Released([string] $Url, [string] $Into, [long] $Limit) {
        $at = [Uri] $Url
        for ($hop = 0; $hop -le 5; $hop++) {
            if ($at.Scheme -ne 'https') {
                Stop-Install 69 "$(Hide-Password $Url) leads elsewhere than https: name another mirror with -BaseUrl"
            }
            $answer = Send-Request $at
            try {
                $status = [int] $answer.StatusCode
                if ($status -ge 300 -and $status -lt 400 -and $null -ne $answer.Headers.Location) {
                    $at = New-Object Uri $at, $answer.Headers.Location
                    continue
                }
                if ($status -ne 200) {
                    Stop-Install 69 "$(Hide-Password $Url) answers ${status}: check the version and -BaseUrl"
                }
                Save-Body $answer $Url $Into $Limit
                return
            } finally {
                $answer.Dispose()
            }
        }
        Stop-Install 69 "$(Hide-Password $Url) leads on and on: name another mirror with -BaseUrl"
    }

    function Send-Request([Uri] $At) {
        try {
            # The headers only: the body is read, and bounded, afterwards.
            $headersOnly = [System.Net.Http.HttpCompletionOption]::ResponseHeadersRead
            $client.GetAsync($At, $headersOnly).GetAwaiter().GetResult()
        } catch {
            $why = Get-FirstLine ($_.Exception.GetBaseException().Message)
            Stop-Install 69 "cannot download $(Hide-Password ([string] $At)) (${why}): name a mirror with -BaseUrl"
        }
    }

    function Save-Body($Answer, [string] $Url, [string] $Into, [long] $Limit) {
        $body = $Answer.Content.ReadAsStreamAsync().GetAwaiter().GetResult()
        $out = [IO.File]::Create($Into)
        try {
            $buffer = New-Object byte[] 65536
            $length = [long] 0
            while (($count = $body.Read($buffer, 0, $buffer.Length)) -gt 0) {
                $length += $count
                if ($length -gt $Limit) { Stop-Endless $Url $Limit }
                $out.Write($buffer, 0, $count)
            }
        } finally {
            $out.Dispose()
            $body.Dispose()
        }
    }

    function New-Client {
        Add-Type -AssemblyName System.Net.Http
        # Windows PowerShell 5.1 begins with what was safe long ago; 0 leaves the choice to the system.
        $known = [Net.ServicePointManager]::SecurityProtocol
        if ([int] $known -ne 0) {
            [Net.ServicePointManager]::SecurityProtocol = $known -bor [Net.SecurityProtocolType]::Tls12
        }
        $handler = New-Object System.Net.Http.HttpClientHandler
        $handler.AllowAutoRedirect = $false
        $made = New-Object System.Net.Http.HttpClient $handler
        $made.Timeout = [TimeSpan]::FromMinutes(10)
        $made
    }

    # ---- checks ----

    function Confirm-Genuine([string] $Name, [string] $Digest) {
        $found = (Get-FileHash -LiteralPath (Join-Path $stage $Name) -Algorithm SHA256).Hash.ToLowerInvariant()
        if ($found -cne $Digest) {
            Stop-Install 65 ("$Name is not genuine: its SHA-256 is $found, and $Digest is expected; nothing was " +
                "installed. Try once more; if it stays so, tell whoever runs $(Hide-Password $base)")
        }
    }

    # Whether minisign takes the signature of a file, and its comment names this file of this version.
    function Confirm-Signature([string] $Name) {
        if (-not $PUBLIC_KEY) {
            return 'not checked (this script holds no public key)'
        }
        $minisign = Get-Command minisign -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
        if ($null -eq $minisign) { return 'not checked (no minisign)' }
        if (-not (Test-Path -LiteralPath (Join-Path $stage "$Name.minisig"))) { Get-Released "$Name.minisig" $TextLimit }
        $file = Join-Path $stage $Name
        $run = Start-Program $minisign.Path "-V -Q -P $PUBLIC_KEY -m `"$file`" -x `"$file.minisig`"" $SelfTestSeconds
        if ($run.Code -ne 0) {
            Stop-Install 65 "the signature of $Name is bad ($(Get-FirstLine $run.Problems)): nothing was installed; try another mirror"
        }
        $comment = $run.Said.TrimEnd("`r", "`n")
        if ($comment -cne "stratos $version $Name") {
            Stop-Install 65 "the signature of $Name was made for `"$(Get-FirstLine $comment)`": nothing was installed; try another mirror"
        }
        'ok'
    }

    # Runs a program without a window or input: its exit code, and what it said. Code -1 where it did not end.
    function Start-Program([string] $Program, [string] $Arguments, [int] $Seconds) {
        $start = New-Object System.Diagnostics.ProcessStartInfo $Program, $Arguments
        $start.UseShellExecute = $false
        $start.CreateNoWindow = $true
        $start.RedirectStandardInput = $true
        $start.RedirectStandardOutput = $true
        $start.RedirectStandardError = $true
        try { $process = [System.Diagnostics.Process]::Start($start) } catch {
            return @{ Code = -2; Said = ''; Problems = $_.Exception.GetBaseException().Message }
        }
        try {
            $process.StandardInput.Close()
            $said = $process.StandardOutput.ReadToEndAsync()
            $problems = $process.StandardError.ReadToEndAsync()
            if (-not $process.WaitForExit($Seconds * 1000)) {
                $process.Kill()
                return @{ Code = -1; Said = ''; Problems = '' }
            }
            @{ Code = $process.ExitCode; Said = $said.GetAwaiter().GetResult(); Problems = $problems.GetAwaiter().GetResult() }
        } finally {
            $process.Dispose()
        }
    }

    # The staged binary must run here, and be the version that was asked for.
    function Test-Staged([string] $File) {
        $run = Start-Program (Join-Path $stage $File) 'version --self-test' $SelfTestSeconds
        if ($run.Code -eq -1) {
            Stop-Install 70 "$File did not end its self-test in $SelfTestSeconds seconds: nothing was installed"
        }
        if ($run.Code -ne 0) {
            Stop-Install 70 ("the self-test of $File failed with $($run.Code) ($(Get-FirstLine $run.Problems)): " +
                'nothing was installed; another build may run here, see -Target and -FromSource')
        }
        $said = Get-FirstLine $run.Said
        if (-not $said.StartsWith("stratos v${version}: ", [StringComparison]::Ordinal)) {
            Stop-Install 70 "$File should be stratos $version, and says `"$said`": nothing was installed"
        }
    }

    # The manifest lists this script, so that no pin of it can stand here: it must tell the same of the binary,
    # and the binary, which is what its pin says, must take its signature.
    function Confirm-Manifest([string] $File, [string] $Digest) {
        $path = Join-Path $stage 'manifest.json'
        try {
            $manifest = [IO.File]::ReadAllText($path) | ConvertFrom-Json
            $rows = @($manifest.files | Where-Object { $_.file -ceq $File -and $_.sha256 -ceq $Digest })
            $same = $rows.Count -eq 1 -and $manifest.schema -eq 1 -and $manifest.name -ceq 'stratos' -and
                $manifest.version -ceq $version
        } catch {
            $same = $false # no JSON, or not of this shape
        }
        if (-not $same) {
            Stop-Install 65 ("manifest.json does not tell the same of $File as this script: nothing was installed; " +
                'try another mirror, or -OnlyBinary')
        }
    }

    function Confirm-Vouched([string] $File) {
        $manifest = Join-Path $stage 'manifest.json'
        if (-not (Test-Path -LiteralPath $manifest)) { return }
        $run = Start-Program (Join-Path $stage $File) "verify `"$manifest`"" $SelfTestSeconds
        switch ($run.Code) {
            0 { Write-Output 'manifest.json: signature ok' }
            78 { Write-Output 'manifest.json: signature not checked (this build holds no key)' }
            default {
                Stop-Install 65 ("stratos itself refuses the signature of manifest.json ($(Get-FirstLine $run.Said)): " +
                    'nothing was installed; try another mirror, or -OnlyBinary')
            }
        }
    }

    # ---- where it goes ----

    # Nothing is replaced that this script, or `stratos upgrade`, could not have put there.
    function Confirm-Destination {
        if ($prefix -match '\\(scoop|chocolatey|WinGet)(\\|$)') {
            Stop-Install 69 "$prefix belongs to a package manager: use that to upgrade or remove it, or choose another -Prefix"
        }
        $crates = Join-Path $prefix '.crates.toml'
        if ((Test-Path -LiteralPath $crates) -and (Select-String -LiteralPath $crates -Pattern '^"stratos ' -Quiet)) {
            Stop-Install 69 "$program belongs to cargo install: use cargo install or cargo uninstall stratos, or choose another -Prefix"
        }
        if (-not (Test-Path -LiteralPath $program)) { return }
        $there = Get-Item -LiteralPath $program -Force
        if ($there.Attributes -band [IO.FileAttributes]::ReparsePoint) {
            Stop-Install 73 "$program is a link, so something else looks after it: remove it, or choose another -Prefix"
        }
        if ($there.PSIsContainer) {
            Stop-Install 73 "$program is a folder: remove it, or choose another -Prefix"
        }
    }

    # A folder beside the destination, so that the last step is a rename within one volume.
    function New-Stage {
        $state.Fresh = -not (Test-Path -LiteralPath $prefix)
        for ($count = 0; $count -lt 10; $count++) {
            $path = Join-Path $bin ".stratos-install.$PID.$count"
            if (Test-Path -LiteralPath $path) { continue }
            try { $null = [IO.Directory]::CreateDirectory($path) } catch { break }
            $state.Stage = $path
            return $path
        }
        Stop-Install 73 "cannot write to ${bin}: choose another folder with -Prefix, or run this as a user who may"
    }

    # A running program cannot be overwritten, but it can be renamed: the old one steps aside, and back
    # again if the new one cannot take its place.
    function Move-Binary([string] $From) {
        if (-not (Test-Path -LiteralPath $program)) {
            [IO.File]::Move($From, $program)
            return
        }
        $aside = Join-Path $bin ".stratos-old.$PID.exe"
        if (Test-Path -LiteralPath $aside) { [IO.File]::Delete($aside) }
        [IO.File]::Move($program, $aside)
        try { [IO.File]::Move($From, $program) } catch {
            [IO.File]::Move($aside, $program)
            throw
        }
        Clear-Aside
    }

    # Whatever stepped aside and runs no more.
    function Clear-Aside {
        foreach ($old in @(Get-ChildItem -LiteralPath $bin -Filter '.stratos-old.*.exe' -Force)) {
            try { [IO.File]::Delete($old.FullName) } catch {
                Write-Note "$($old.FullName) is still running; the next installation removes it"
            }
        }
    }

    function Move-Text([string] $Name, [string] $To) {
        $from = Join-Path $stage $Name
        $null = New-Item -ItemType Directory -Force -Path (Split-Path -Parent $To)
        if (Test-Path -LiteralPath $To -PathType Container) {
            Stop-Install 73 "$To is a folder: remove it, or leave this file out (-OnlyBinary)"
        }
        if (Test-Path -LiteralPath $To) { [IO.File]::Delete($To) }
        [IO.File]::Move($from, $To)
    }

    # ---- installing ----

    function Install-Release {
        $labels = @(Get-Labels $asked.target)
        $build = Select-Build $version $labels $asked.sha256
        Confirm-Destination
        if ($asked.dryrun) {
            Write-Output "would install stratos $version for $($build.Files -join ', or ') to $program"
            Write-Output "from $(Hide-Password "$base$version/")"
            Write-Output "if its SHA-256 is $($build.Digest)"
            return
        }
        $stage = New-Stage
        $client = $null
        try {
            if (-not $base.StartsWith('file:')) { $client = New-Client }
            Write-Output "downloading stratos $version from $(Hide-Password $base)"
            $file = Get-Binary $build
            Confirm-Genuine $file $build.Digest
            Write-Output "${file}: SHA-256 ok, signature $(Confirm-Signature $file)"
            if ($build.Pinned) { Get-Extras $file $build.Digest }
            Test-Staged $file
            Confirm-Vouched $file
            if (-not $build.Pinned) { New-Extras $file }
            Complete-Install $file
        } finally {
            if ($null -ne $client) { $client.Dispose() }
        }
    }

    # The first of the files that is to be had.
    function Get-Binary($Build) {
        $last = $Build.Files[$Build.Files.Count - 1]
        foreach ($file in $Build.Files) {
            try {
                Get-Released $file $BinaryLimit
                return $file
            } catch {
                if ($file -eq $last) { throw }
            }
        }
    }

    # The pinned files beside the binary, all checked before anything is moved.
    function Get-Extras([string] $File, [string] $Digest) {
        if (-not $asked.nocompletions) {
            if ($Pins.ContainsKey('_stratos.ps1')) {
                Get-Released '_stratos.ps1' $TextLimit
                Confirm-Genuine '_stratos.ps1' $Pins['_stratos.ps1']
            } else {
                Write-Note '_stratos.ps1 is left out: this script holds no SHA-256 of it'
            }
        }
        if ($asked.onlybinary) { return }
        Get-Released 'manifest.json' $TextLimit
        Get-Released 'manifest.json.minisig' $TextLimit
        Confirm-Manifest $File $Digest
        $null = Confirm-Signature 'manifest.json'
    }

    # Where no pins are, the binary whose digest was given (or that was built here) writes them itself: it is
    # trusted by then, and nothing else has to be.
    function New-Extras([string] $File) {
        if ($asked.nocompletions) { return }
        $run = Start-Program (Join-Path $stage $File) 'completion powershell' $SelfTestSeconds
        if ($run.Code -eq 0 -and $run.Said -ne '') {
            [IO.File]::WriteAllText((Join-Path $stage '_stratos.ps1'), $run.Said)
        } else {
            Write-Note "_stratos.ps1 is left out: this build does not write it ($(Get-FirstLine $run.Problems))"
        }
    }

    # The completions, then the binary by renames, then what describes that binary.
    function Complete-Install([string] $File) {
        if (Test-Path -LiteralPath (Join-Path $stage '_stratos.ps1')) { Move-Text '_stratos.ps1' $completions }
        Move-Binary (Join-Path $stage $File)
        $state.Placed = $true
        foreach ($name in 'manifest.json', 'manifest.json.minisig') {
            $to = Join-Path $shared $name
            if (Test-Path -LiteralPath (Join-Path $stage $name)) {
                Move-Text $name $to
            } elseif (Test-Path -LiteralPath $to) {
                [IO.File]::Delete($to) # it would describe another binary
            }
        }
        Write-Output "installed stratos $version as $program"
        Show-Advice
    }

    # What a shell will find by the name `stratos`.
    function Show-Advice {
        if ($asked.addtopath) { Add-ToPath }
        $known = @($env:Path -split ';' | ForEach-Object { $_.TrimEnd('\') })
        if ($known -notcontains $bin) {
            if (-not $asked.addtopath) { Write-Note "$bin is not on PATH; run this again with -AddToPath, or add it yourself" }
        } else {
            $first = Get-Command stratos -ErrorAction SilentlyContinue | Select-Object -First 1
            if ($null -ne $first -and $first.Source -ne $program) {
                Write-Note "``stratos`` is still $($first.Source), which comes first: remove it, or put $bin before it"
            }
        }
        if (Test-Path -LiteralPath $completions) { Write-Note "completions: add this line to `$PROFILE: . '$($completions -replace "'", "''")'" }
    }

    # ---- the PATH of this user ----

    # As it is stored, with its %NAMES% in it.
    function Get-UserPath {
        $key = Get-Item -LiteralPath 'HKCU:\Environment'
        [string] $key.GetValue('Path', '', [Microsoft.Win32.RegistryValueOptions]::DoNotExpandEnvironmentNames)
    }

    function Set-UserPath([string[]] $Folders) {
        Set-ItemProperty -LiteralPath 'HKCU:\Environment' -Name Path -Type ExpandString -Value ($Folders -join ';')
        # Setting any variable this way tells the running programs that the environment changed.
        [Environment]::SetEnvironmentVariable('STRATOS_PATH_CHANGED', [NullString]::Value, 'User')
    }

    function Add-ToPath {
        $folders = @((Get-UserPath) -split ';' | Where-Object { $_ -ne '' })
        if ($folders -contains $bin) { return }
        Set-UserPath ($folders + $bin)
        Write-Output "added $bin to the PATH of this user: open a new window"
    }

    function Remove-FromPath {
        $folders = @((Get-UserPath) -split ';' | Where-Object { $_ -ne '' })
        if ($folders -notcontains $bin) { return }
        if ($asked.dryrun) {
            Write-Output "would remove $bin from the PATH of this user"
            return
        }
        Set-UserPath @($folders | Where-Object { $_ -ne $bin })
        Write-Output "removed $bin from the PATH of this user"
    }

    # ---- from source ----

    function Install-Source {
        $root = ''
        if ($ScriptFile -ne '') { $root = Split-Path -Parent (Split-Path -Parent $ScriptFile) }
        $recipe = if ($root -ne '') { Join-Path $root 'Cargo.toml' } else { '' }
        if ($recipe -eq '' -or -not (Test-Path -LiteralPath $recipe) -or
            -not (Select-String -LiteralPath $recipe -Pattern '^name = "stratos"$' -Quiet)) {
            Stop-Install 64 ('-FromSource builds the clone in which this script stands: ' +
                'git clone https://github.com/sebastienrousseau/stratos; stratos\install\install.ps1 -FromSource')
        }
        $version = @(Select-String -LiteralPath $recipe -Pattern '^version = "(.*)"$')[0].Matches[0].Groups[1].Value
        if ($null -eq (Get-Command cargo -CommandType Application -ErrorAction SilentlyContinue)) {
            Stop-Install 69 'cargo is not here: install Rust from https://rustup.rs, or take a release without -FromSource'
        }
        Confirm-Destination
        if ($asked.dryrun) {
            Write-Output "would build stratos $version in $root with cargo, and install it as $program"
            return
        }
        $stage = New-Stage
        $built = Invoke-Cargo $recipe
        [IO.File]::Copy($built, (Join-Path $stage 'stratos.exe'), $true)
        Test-Staged 'stratos.exe'
        New-Extras 'stratos.exe'
        Complete-Install 'stratos.exe'
    }

    # Cargo says where the result is, wherever a configuration puts it.
    function Invoke-Cargo([string] $Recipe) {
        $ErrorActionPreference = 'Continue' # its progress is on stderr
        $messages = & cargo build --manifest-path $Recipe --profile release --locked --bin stratos --message-format json-render-diagnostics
        if ($LASTEXITCODE -ne 0) {
            Stop-Install 70 'the build failed: see above; it wants the Rust that Cargo.toml names, and a C compiler'
        }
        $built = ''
        foreach ($line in @($messages)) {
            $message = $line | ConvertFrom-Json
            if ($message.PSObject.Properties['executable'] -and $message.executable) { $built = $message.executable }
        }
        $built
    }

    # ---- uninstalling ----

    function Uninstall-Stratos {
        Confirm-Destination
        $paths = @($program, $completions)
        $paths += 'manifest.json', 'manifest.json.minisig' | ForEach-Object { Join-Path $shared $_ }
        $ours = '^\.stratos-(previous|held|lock)(\.exe)?$|^\.stratos-(old\.[0-9]+\.exe|.+\.(part|new))$'
        if (Test-Path -LiteralPath $bin) {
            $paths += @(Get-ChildItem -LiteralPath $bin -Force -File | Where-Object { $_.Name -match $ours } |
                ForEach-Object { $_.FullName })
        }
        $removed = $false
        foreach ($path in $paths) {
            if (-not (Test-Path -LiteralPath $path -PathType Leaf)) { continue }
            $removed = $true
            if ($asked.dryrun) { Write-Output "would remove $path" } else { Remove-Installed $path }
        }
        if (-not $asked.dryrun -and (Test-Path -LiteralPath $bin)) {
            Get-ChildItem -LiteralPath $bin -Force -Directory -Filter '.stratos-install.*' |
                ForEach-Object { Remove-Item -LiteralPath $_.FullName -Recurse -Force }
        }
        Remove-FromPath
        if (-not $removed) { Write-Output "stratos is not installed in ${prefix}: there is nothing to remove" }
        $settings = Join-Path ([string] $env:APPDATA) 'stratos'
        if (Test-Path -LiteralPath $settings) {
            Write-Output "kept $settings, your settings and journals: remove it by hand if you want"
        }
    }

    function Remove-Installed([string] $Path) {
        try { [IO.File]::Delete($Path) } catch {
            Stop-Install 73 "cannot remove ${Path}: is it running? End it and run this again"
        }
        Write-Output "removed $Path"
    }

    # Takes the stage away, and the folders of an attempt that failed.
    function Clear-Attempt {
        if ($state.Stage -eq '') { return }
        Remove-Item -LiteralPath $state.Stage -Recurse -Force -ErrorAction SilentlyContinue
        if ($state.Placed -or -not $state.Fresh) { return }
        if (@(Get-ChildItem -LiteralPath $prefix -Recurse -Force -File).Count -eq 0) {
            Remove-Item -LiteralPath $prefix -Recurse -Force -ErrorAction SilentlyContinue
        }
    }

    # ---- in order ----

    # What the end has to know: the stage, whether the prefix is new, whether the binary is in its place.
    $state = @{ Stage = ''; Fresh = $false; Placed = $false }
    $code = 0
    try {
        if ([Environment]::OSVersion.Platform -ne [PlatformID]::Win32NT) {
            Stop-Install 69 'this is not Windows: run install.sh'
        }
        $asked = Read-Words
        if ($asked.help -or $asked.h) {
            Show-Help
            return
        }
        if ($asked.onlybinary) { $asked.nocompletions = $true }
        $prefix = Resolve-Prefix ([string] $asked.prefix)
        $base = Resolve-Base ([string] $asked.baseurl)
        $version = Resolve-Version ([string] $asked.version)
        $asked.target = [string] $asked.target
        $asked.sha256 = [string] $asked.sha256
        $bin = Join-Path $prefix 'bin'
        $program = Join-Path $bin 'stratos.exe'
        $shared = Join-Path $prefix 'share\stratos'
        $completions = Join-Path $shared '_stratos.ps1'
        if ($asked.uninstall) { Uninstall-Stratos } elseif ($asked.fromsource) { Install-Source } else { Install-Release }
    } catch {
        $problem = $_.Exception.GetBaseException()
        $code = 70
        if ($problem.Data.Contains('code')) { $code = [int] $problem.Data['code'] }
        elseif ($problem -is [UnauthorizedAccessException]) { $code = 73 }
        elseif ($problem -is [IO.IOException]) { $code = 74 }
        [Console]::Error.WriteLine("error: $($problem.Message)")
    } finally {
        Clear-Attempt
    }
    if ($code -eq 0) { return }
    # `exit` would close the window of whoever pasted a line into it.
    if ($ScriptFile -eq '') { throw "stratos was not installed (exit code $code)" }
    exit $code
}

& { Install-Stratos -Words $args[0] -ScriptFile $args[1] } $args $PSCommandPath
