/**
 * What kickseed, the kickstart reader of debian-installer, knows: commands and their options (kickseed-common, lib/kickseed/handlers).
 * It warns in the installer's syslog alone of anything else, and leaves the whole line out.
 */
export const KICKSEED_COMMANDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    auth: '--enablecache --enablemd5 --enablenis --enableshadow --nisdomain --nisserver --useshadow',
    autostep: '',
    bootloader: '--location --md5pass --password --upgrade --useLilo',
    cdrom: '',
    clearpart: '--all --drives --initlabel --linux',
    device: '--opts',
    deviceprobe: '',
    driverdisk: '',
    firewall:
      '--dhcp --disable --disabled --enable --enabled --ftp --high --http --medium --port --smtp --ssh --telnet --trust',
    halt: '',
    install: '',
    interactive: '',
    keyboard: '',
    lang: '',
    langsupport: '--default',
    lilocheck: '',
    logvol: '--fstype --grow --maxsize --name --noformat --recommended --size --vgname',
    mouse: '--device --emulthree',
    network: '--bootproto --device --gateway --hostname --ip --nameserver --netmask --nodns',
    part: '--asprimary --fstype --grow --maxsize --noformat --recommended --size',
    partition: '--asprimary --fstype --grow --maxsize --noformat --recommended --size',
    poweroff: '',
    preseed: '--owner',
    reboot: '',
    repo: '--baseurl --components --distribution --key --name --source',
    rootpw: '--disabled --iscrypted',
    skipx: '',
    text: '',
    timezone: '--utc',
    upgrade: '',
    url: '--url',
    user: '--disabled --fullname --iscrypted --password',
    volgroup: '--noformat --pesize --useexisting',
    xconfig:
      '--card --defaultdesktop --depth --hsync --monitor --noprobe --resolution --startxonboot --videoram --vsync',
    zerombr: '',
  }),
);
