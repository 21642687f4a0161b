/** Layouts of xkeyboard-config (rules/base.xml), those of 2.35 and of 2.47: one that was dropped is still known to an older system. */
const XKB =
  'af al am ara at au az ba bd be bg br brai bt bw by ca cd ch cm cn cz de dk dz ee eg epo es et fi fo fr ' +
  'gb ge gh gn gr hr hu id ie il in iq ir is it jp jv ke kg kh kr kz la latam lk lt lv ma mao md me mk ml ' +
  'mm mn mt mv my ng nl no np nz ph pk pl pt ro rs ru se si sk sn sy tg th tj tm tr tw tz ua us uz vn za';

/**
 * Console keymaps of kbd 2.10 and Debian's console-data 1.12 that are no such layout, nor begin with one (`de-latin1`), for PCs and the
 * keyboards of Macs.
 */
const CONSOLE =
  'adnw ar azerty bashkir be2-latin1 bg_bds-cp1251 bg_bds-utf8 bg_pho-cp1251 bg_pho-utf8 bone bywin-cp1251 ' +
  'carpalx carpalx-full cf colemak croat de_alt_UTF-8 dvorak dvorak-ca-fr dvorak-classic dvorak-de dvorak-es ' +
  'dvorak-fr dvorak-fr-bepo dvorak-fr-bepo-utf8 dvorak-l dvorak-la dvorak-lisp dvorak-no dvorak-programmer ' +
  'dvorak-r dvorak-ru dvorak-sv-a1 dvorak-sv-a5 dvorak-uk dvorak-ukp en en-latin9 fa hcesar hebrew hu101 ' +
  'it2 jp106 kazakh kk koy ky_alt_sh-UTF-8 kyrgyz mk0 mod-dh-ansi-us mod-dh-ansi-us-awing ' +
  'mod-dh-ansi-us-fatz mod-dh-ansi-us-fatz-wide mod-dh-ansi-us-wide mod-dh-iso-uk mod-dh-iso-uk-wide ' +
  'mod-dh-iso-us mod-dh-iso-us-wide mod-dh-matrix-us neo neoqwertz nl2 pc-dvorak-latin1 pc110 pl1 pl2 pl3 ' +
  'pl4 ro_std ro_win ru1 ru2 ru3 ru4 ru_win ruwin_alt-UTF-8 ruwin_alt_sh-UTF-8 ruwin_cplk-UTF-8 ' +
  'ruwin_ct_sh-UTF-8 ruwin_ctrl-UTF-8 sg sg-latin1 sg-latin1-lk450 sg-mac slovene sr sr-cy sr-latin ' +
  'sv-latin1 tj_alt-UTF8 tr_f-latin5 tr_q-latin5 tralt trf trfu trq trqu uaw uaw_uni uk us1 wangbe wangbe2 ' +
  'mac-be mac-de-latin1 mac-de-latin1-nodeadkeys mac-de_CH mac-dk-latin1 mac-dvorak mac-es mac-fi-latin1 ' +
  'mac-fr mac-fr-legacy mac-fr_CH-latin1 mac-it mac-no mac-no-latin1 mac-pl mac-pt-latin1 mac-se mac-uk ' +
  'mac-us';

/** What YaST calls keyboards besides (yast-country, keyboards.rb). */
const YAST =
  'arabic belgian chinese croatian czech czech-qwerty danish dutch dvp english-uk english-us ' +
  'estonian finnish french french-afnor french-ca french-ch german german-ch german-deadkey greek hungarian ' +
  'icelandic italian japanese khmer korean lithuanian norwegian persian polish portugese portugese-br ' +
  'portugese-br-usa romanian russian serbian slovak slovak-qwerty spanish spanish-ast spanish-lat swedish ' +
  'taiwanese tajik turkish ukrainian';

/** Names of keyboards that installers know: of others some make the US layout, and debian-installer asks. */
export const KEYBOARD_NAMES = {
  xkb: XKB.split(' '),
  console: CONSOLE.split(' '),
  yast: YAST.split(' '),
} as const satisfies Readonly<Record<string, readonly string[]>>;
