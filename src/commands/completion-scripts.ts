/**
 * One short script per shell; what to offer is decided by `agent complete`, which gets the words as arguments. They are never
 * evaluated: a half-typed `agent explain $(…)` must not run at the Tab key. Lines are `<value>\t<description>`; `:files` and `:folders` ask for paths.
 */
export const completionScripts = {
  bash: `# bash completion for agent: source <(agent completion bash)
_agent_completion() {
  local line word="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  while IFS= read -r line; do
    case "$line" in
      :files | :folders)
        local kind=-f path
        [ "$line" = :folders ] && kind=-d
        compopt -o filenames 2>/dev/null
        while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen "$kind" -- "$word")
        ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <(agent complete --word="$word" -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null </dev/null)
}
complete -F _agent_completion agent
`,
  zsh: `#compdef agent
# zsh completion for agent: source <(agent completion zsh), after compinit
_agent() {
  local line places
  local -a candidates
  while IFS= read -r line; do
    case "$line" in
      :files) places=files ;;
      :folders) places=folders ;;
      *) candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
    esac
  done < <(agent complete --word="\${words[CURRENT]}" -- "\${(@)words[2,CURRENT-1]}" 2>/dev/null </dev/null)
  local result=1
  (( $#candidates )) && _describe agent candidates && result=0
  [[ $places = files ]] && _files && result=0
  [[ $places = folders ]] && _files -/ && result=0
  return result
}
if [[ "$funcstack[1]" = _agent ]]; then _agent "$@"; else compdef _agent agent; fi
`,
  fish: `# fish completion for agent: agent completion fish | source
function __agent_complete
    set -l before (commandline -opc)
    set -l word (commandline -ct)
    for line in (agent complete --word="$word" -- $before[2..-1] 2>/dev/null </dev/null)
        switch $line
            case :files
                __fish_complete_path "$word"
            case :folders
                __fish_complete_directories "$word"
            case '*'
                echo $line
        end
    end
end
complete -c agent -f -a '(__agent_complete)'
`,
  powershell: `# PowerShell completion for agent: agent completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName agent -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $before = @($commandAst.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
    & agent complete "--word=$wordToComplete" -- @before 2>$null | ForEach-Object {
        $value, $description = $_ -split [char]9, 2
        if ($value -eq ':files' -or $value -eq ':folders') {
            [System.Management.Automation.CompletionCompleters]::CompleteFilename($wordToComplete)
        } else {
            if (-not $description) { $description = $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $description)
        }
    }
}
`,
} as const
