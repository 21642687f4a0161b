/** What `--help` adds below the options. The exit codes are those of foundation/errors.ts; a test compares them. */
export const EXIT_CODE_HELP = `
Exit codes:
    0  done                       5  the install failed
    2  the request is wrong       6  the disk is not fit for use
    3  the host lacks something   7  publishing failed
    4  the media are not usable  70  a bug in Kiln
  130  cancelled
`;

export const BUILD_EXAMPLES = `
Examples:
  kiln build debian-13
  kiln build debian-13 --memory 2GiB --disk size=20 -o out/
  kiln build --cdrom ./server.iso --script ./server.ks --format qcow2 --format raw
  kiln build --location ./installer.iso,kernel=/install/vmlinuz,initrd=/install/initrd.gz --script preseed.cfg
  kiln build --import ./appliance.qcow2 --format vmdk
  kiln build debian-13 --json > events.jsonl
`;

export const PLAN_EXAMPLES = `
Examples:
  kiln plan debian-13
  kiln plan debian-13 --memory 4GiB --json
  kiln plan debian-13 --xml
`;

export const BUILDS_EXAMPLES = `
Examples:
  kiln builds list
  kiln builds logs 3f2a --follow
  kiln builds clean --dry-run
`;

export const COMPLETION_EXAMPLES = `
Examples:
  kiln completion bash > ~/.local/share/bash-completion/completions/kiln
  kiln completion zsh > "\${fpath[1]}/_kiln"
  kiln completion fish > ~/.config/fish/completions/kiln.fish
`;
