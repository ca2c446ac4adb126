
runs "$theirs" || exit 0
exec "$theirs" "$@"
