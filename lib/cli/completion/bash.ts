/**
 * The completion script for bash. Not tab's: that one needs the bash-completion package, finds nothing behind `--option=`, and evaluates the
 * line, so that a Tab would run a `$(…)` in it, or empty the file behind a `>`. This one passes words on as they are.
 * @module
 */

/** The script that completes `name` by asking `name`. It speaks what tab's `complete` speaks: a value a line, and a directive at the end. */
export function bashScript(name: string): string {
  return SCRIPT.replaceAll("NAME", name);
}

// Also for bash 3.2, which macOS has: no negative index, and compopt may be missing.
const SCRIPT = `# bash completion for NAME
__NAME_complete() {
    local line=\${COMP_LINE:0:COMP_POINT} piece value _ current part directive=0
    local -a words=()
    # Bash has split the line at = and : too. What no blank stands between is one word.
    for piece in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
        if [[ \${#words[@]} -eq 0 || $line == [[:blank:]]* ]]; then words+=(""); fi
        line=\${line#"\${line%%[![:blank:]]*}"}
        piece=\${line:0:\${#piece}}
        line=\${line:\${#piece}}
        words[\${#words[@]}-1]+=$piece
    done
    words=("\${words[@]//[\\"\\'\\\\]/}")
    current=\${words[\${#words[@]}-1]}

    COMPREPLY=()
    while IFS=$'\\t' read -r value _; do
        case $value in
            :*) directive=\${value#:} ;;
            ?*) COMPREPLY+=("$value") ;;
        esac
    done < <(NAME complete -- "\${words[@]:1}" 2>/dev/null)

    # Readline puts the answer in place of the last piece alone.
    part=$current
    if [[ $current == --*=* ]]; then part=\${current#*=}; fi
    piece=\${piece//[\\"\\'\\\\]/}
    case $piece in *[!:=]*) ;; *) piece= ;; esac
    if [[ $piece == --*=* ]]; then COMPREPLY=("\${COMPREPLY[@]/#/\${piece%%=*}=}")
    else COMPREPLY=("\${COMPREPLY[@]#"\${part%"$piece"}"}"); fi

    if ((directive & 4)); then compopt +o default 2>/dev/null; fi
    if ((directive & 32)); then compopt -o nosort 2>/dev/null; fi
}
complete -o default -F __NAME_complete NAME
`;
