//! Completion of the first word, as the Node CLI had it: all its names, built here or not.

use crate::{
    commands::schema::node::ROWS,
    error::{Error, Result},
};
use clap_complete::Shell;
use std::fmt::Write;

/// The script of one of the Node CLI's four shells.
pub fn script(shell: Shell) -> Result<String> {
    let names: Vec<&str> = ROWS.iter().map(|row| row.name).collect();
    let list = names.join(" ");
    Ok(match shell {
        Shell::Bash => format!(
            "# stratos bash completion — eval \"$(stratos completion bash --json)\"\n\
             _stratos() {{\n  [ \"$COMP_CWORD\" -eq 1 ] || return 0\n  \
             COMPREPLY=( $(compgen -W \"{list}\" -- \"${{COMP_WORDS[1]}}\") )\n}}\ncomplete -F _stratos stratos\n"
        ),
        Shell::Zsh => format!(
            "#compdef stratos\n# stratos zsh completion — eval \"$(stratos completion zsh --json)\"\n\
             _stratos() {{ (( CURRENT == 2 )) && compadd {list} }}\ncompdef _stratos stratos\n"
        ),
        Shell::Fish => fish(&names),
        Shell::PowerShell => format!(
            "# stratos PowerShell completion — stratos completion powershell --json | Out-String | Invoke-Expression\n\
             Register-ArgumentCompleter -Native -CommandName stratos -ScriptBlock {{\n  \
             param($word, $ast, $cursor)\n  if ($ast.CommandElements.Count -gt 2) {{ return }}\n  \
             '{list}'.Split(' ') | Where-Object {{ $_ -like \"$word*\" }}\n}}\n"
        ),
        _ => {
            return Err(Error::Usage(format!(
                "the Node CLI had no completion for {shell}; leave --json out for the whole one"
            )));
        }
    })
}

fn fish(names: &[&str]) -> String {
    let mut script = "# stratos fish completion — stratos completion fish | source\n".to_owned();
    for name in names {
        let _ = writeln!(script, "complete -c stratos -n '__fish_use_subcommand' -a '{name}'");
    }
    script
}
