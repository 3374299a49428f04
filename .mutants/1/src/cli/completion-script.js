/**
 * @returns the script that asks the program itself what may stand next, so that it knows what is in a capture. A line is a word
 *   and, behind a tab, what it is; the last line is `:0` where files may stand there, and `:4` where not, as kubectl has it.
 */
export function completionScript(shell) {
    return SCRIPTS[shell];
}
const BASH = `# kp-explain: completion for bash
_kp_explain() {
  local word="\${COMP_WORDS[COMP_CWORD]}" line file
  COMPREPLY=()
  while IFS= read -r line; do
    case "$line" in
      :4) ;;
      :0) compopt -o filenames 2>/dev/null; while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$word") ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _kp_explain kp-explain
`;
const ZSH = `#compdef kp-explain
# kp-explain: completion for zsh
_kp_explain() {
  local -a lines values
  local line
  lines=("\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "\${(@)lines[1,-2]}"; do
    values+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( \${#values} )) && _describe 'value' values
  [[ "\${lines[-1]}" == ':0' ]] && _files
}
compdef _kp_explain kp-explain
`;
const FISH = `# kp-explain: completion for fish
function __kp_explain_complete
  set -l words (commandline -opc)
  set -l last (commandline -ct)
  test (count $last) -eq 0; and set last ''
  for line in ($words[1] __complete $words[2..-1] $last 2>/dev/null)
    switch $line
      case ':4'
      case ':0'
        __fish_complete_path $last
      case '*'
        echo $line
    end
  end
end
complete -c kp-explain -f -a '(__kp_explain_complete)'
`;
const SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH };
