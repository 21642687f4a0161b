/** Tasks of debian-installer's menu: tasksel's packages task-* of Debian 12 and 13, and those that older releases had. */
const DEBIAN =
  'standard desktop cinnamon-desktop gnome-desktop gnome-flashback-desktop kde-desktop lxde-desktop lxqt-desktop mate-desktop ' +
  'xfce-desktop laptop ssh-server web-server database-server dns-server file-server mail-server print-server sql-database manual';

/** Those of Ubuntu's alternate and server media. */
const UBUNTU =
  'minimal server ubuntu-server openssh-server basic-ubuntu-server lamp-server samba-server tomcat-server postgresql-server ' +
  'mailserver virt-host cloud-image uec ubuntu-desktop ubuntu-desktop-minimal kubuntu-desktop xubuntu-desktop lubuntu-desktop ' +
  'ubuntu-mate-desktop ubuntu-budgie-desktop ubuntu-standard edubuntu-desktop mythbuntu-desktop ubuntustudio-desktop';

/** There is a task for each, and one for each with the desktops. */
const LANGUAGES =
  'albanian amharic arabic asturian basque belarusian bengali bosnian brazilian-portuguese british bulgarian catalan chinese-s ' +
  'chinese-t croatian cyrillic czech danish dutch dzongkha english esperanto estonian finnish french galician georgian german greek ' +
  'gujarati hebrew hindi hungarian icelandic indonesian irish italian japanese kannada kazakh khmer korean kurdish latvian ' +
  'lithuanian macedonian malayalam marathi nepali northern-sami norwegian persian polish portuguese punjabi romanian russian serbian ' +
  'sinhala slovak slovenian south-african-english spanish swedish tagalog tamil telugu thai turkish ukrainian uyghur vietnamese ' +
  'welsh xhosa';

const WITH_DESKTOP = /-(?:(?:gnome|gnome-flashback|kde)-)?desktop$/;

/** @param os id of a system; left out, tasks of all count */
export function taskNames(os: string | undefined): readonly string[] {
  const [debian, ubuntu] = [DEBIAN.split(' '), UBUNTU.split(' ')];
  if (os?.startsWith('debian')) return debian;
  return [...debian, ...ubuntu];
}

export const isLanguageTask = (task: string): boolean =>
  LANGUAGES.split(' ').includes(task.replace(WITH_DESKTOP, ''));
