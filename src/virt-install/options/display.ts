import { ADDRESS_ROWS, type ComplexOption, VIRTIO_ROWS, words } from './option-table.ts';

export const GRAPHICS: ComplexOption = {
  name: 'graphics',
  positional: ['type'],
  noneIsNothing: false,
  place: './devices/graphics',
  list: true,
  rows: [
    ...ADDRESS_ROWS,
    ['type', '', { values: words('default none vnc spice sdl egl-headless rdp desktop dbus') }],
    ['port', ''],
    ['tlsPort', '', { alias: ['tlsport'] }],
    ['websocket', './@websocket', { kind: 'int' }],
    ['listen', ''],
    ['keymap', ''],
    ['password', './@passwd', { alias: ['passwd'] }],
    ['passwordValidTo', './@passwdValidTo', { alias: ['passwdValidTo'] }],
    ['connected', './@connected', { values: words('keep disconnect fail') }],
    ['defaultMode', './@defaultMode', { values: words('secure insecure any') }],
    ['listens#.type', './listen[#]/@type', { values: words('address network socket none') }],
    ['listens#.address', './listen[#]/@address'],
    ['listens#.network', './listen[#]/@network'],
    ['listens#.socket', './listen[#]/@socket'],
    [
      'image.compression',
      './image/@compression',
      { alias: ['image_compression'], values: words('auto_glz auto_lz quic glz lz off') },
    ],
    ['streaming.mode', './streaming/@mode', { alias: ['streaming_mode'], values: words('filter all off') }],
    ['clipboard.copypaste', './clipboard/@copypaste', { kind: 'yes-no', alias: ['clipboard_copypaste'] }],
    ['mouse.mode', './mouse/@mode', { alias: ['mouse_mode'], values: words('server client') }],
    ['filetransfer.enable', './filetransfer/@enable', { kind: 'yes-no', alias: ['filetransfer_enable'] }],
    ['zlib.compression', './zlib/@compression', { values: words('auto never always') }],
    ['gl.enable', './gl/@enable', { kind: 'yes-no', alias: ['gl'] }],
    ['gl.rendernode', './gl/@rendernode', { alias: ['rendernode'] }],
  ],
};

export const VIDEO: ComplexOption = {
  name: 'video',
  positional: ['model.type'],
  noneIsNothing: true,
  place: './devices/video',
  list: true,
  rows: [
    ...ADDRESS_ROWS,
    ...VIRTIO_ROWS,
    [
      'model.type',
      './model/@type',
      {
        alias: ['model'],
        skipDefault: true,
        values: words('default vga cirrus vmvga xen vbox virtio gop qxl ramfb bochs parallels none'),
      },
    ],
    ['model.acceleration.accel3d', './model/acceleration/@accel3d', { kind: 'yes-no', alias: ['accel3d'] }],
    ['model.heads', './model/@heads', { kind: 'int', alias: ['heads'] }],
    ['model.ram', './model/@ram', { kind: 'int', alias: ['ram'] }],
    ['model.vram', './model/@vram', { kind: 'int', alias: ['vram'] }],
    ['model.vram64', './model/@vram64', { kind: 'int', alias: ['vram64'] }],
    ['model.vgamem', './model/@vgamem', { kind: 'int', alias: ['vgamem'] }],
  ],
};

export const SOUND: ComplexOption = {
  name: 'sound',
  alias: ['soundhw'],
  positional: ['model'],
  noneIsNothing: false,
  place: './devices/sound',
  list: true,
  rows: [
    ...ADDRESS_ROWS,
    [
      'model',
      './@model',
      { skipDefault: true, values: words('default sb16 es1370 pcspk ac97 ich6 ich7 ich9 usb') },
    ],
    ['audio.id', './audio/@id'],
    ['codec#.type', './codec[#]/@type'],
  ],
};

export const AUDIO: ComplexOption = {
  name: 'audio',
  positional: [],
  noneIsNothing: true,
  place: './devices/audio',
  list: true,
  rows: [
    ['type', './@type', { values: words('none alsa coreaudio dbus jack oss pulseaudio sdl spice file') }],
    ['id', './@id'],
  ],
};
