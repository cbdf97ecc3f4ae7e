# Completion of streamctl for bash (zsh through bashcompinit). {{cases}} below: a line per command and topic with the
# words that may follow it.
_streamctl() {
  local words line="" word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*) ;; *) line="${line:+$line }$word" ;; esac
  done
  while :; do
    case $line in
{{cases}}
      *) if [[ $line == *" "* ]]; then line=${line% *}; continue; fi; words="" ;;
    esac
    break
  done
  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _streamctl streamctl
