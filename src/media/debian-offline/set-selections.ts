/**
 * `/bin/debconf-set-selections` of the installer, with the grammar of preseed-common's (version 1.131), which starts some
 * twenty processes for each line of a preseed: 59 s for a file of 75 lines under emulation. This one starts none.
 * The answers of debconf come on standard input, so the file is read through another descriptor.
 */
export const SET_SELECTIONS = String.raw`#!/bin/sh
set -e

export DEBIAN_FRONTEND=none
. /usr/share/debconf/confmodule
. /lib/preseed/preseed.sh

SEEN=1
if [ "$1" = --unseen ]; then
	SEEN=
	shift
fi
CR=$(printf '\r')
SPACE="[ 	]"
NOSPACE="[! 	]"

parse_error() {
	echo "$1" >> $logfile
	log "Error parsing preconfiguration file; see '$logfile' for details"
	exit 1
}

# Moves the first field of $line to $field; fails when nothing follows it.
take_field() {
	case "$line" in
		*$SPACE*) ;;
		*) return 1 ;;
	esac
	field="${'$'}{line%%$SPACE*}"
	line="${'$'}{line#"$field"}"
	line="${'$'}{line#"${'$'}{line%%$NOSPACE*}"}"
}

set_answer() {
	take_field || parse_error "Syntax error: unable to determine template owner"
	take_field || parse_error "Syntax error: unable to determine template name"
	var="$field"
	if take_field; then
		type="$field"
	elif [ "$line" ]; then
		# A type without a separator before an empty value
		type="$line"
		line=""
	else
		parse_error "Syntax error: unable to determine template type"
	fi
	if [ "$type" = seen ]; then
		db_fset "$var" seen "$line" || true
		return 0
	fi
	if ! db_set "$var" "$line"; then
		# Question does not exist yet.
		db_register debian-installer/dummy "$var"
		db_set "$var" "$line"
		db_subst "$var" ID "$var"
	fi
	if [ "$SEEN" ]; then
		db_fset "$var" seen true
	fi
}

exec 9< "$1"
multiline=""
while IFS= read -r line <&9 || [ "$line" ]; do
	line="${'$'}{line%"$CR"}"
	case "$line" in
		"#"*) continue ;;
	esac
	line="${'$'}{line#"${'$'}{line%%$NOSPACE*}"}"
	[ "$line" ] || continue
	case "$line" in
		*\\)
			line="${'$'}{line%?}"
			line="${'$'}{line%"${'$'}{line##*$NOSPACE}"}"
			multiline="${'$'}{multiline:+$multiline }$line"
			continue
			;;
	esac
	if [ "$multiline" ]; then
		line="$multiline $line"
		multiline=""
	fi
	printf '%s\n' "$line" >> $logfile
	set_answer
done
`;
