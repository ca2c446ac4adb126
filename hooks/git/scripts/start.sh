# runs PATH: whether git would run the hook there, and it is not this script.
runs() { [ -n "$1" ] && [ -f "$1" ] && [ -x "$1" ] && ! [ "$1" -ef "$0" ]; }

# find_pawl sets pawl to the program: the one on PATH, else the one that
# installed this hook. It fails where there is none.
find_pawl() {
	pawl=$(command -v pawl)
	case $pawl in
	/*) ;;
	*) pawl=$program ;;
	esac
	[ -f "$pawl" ] && [ -x "$pawl" ]
}
