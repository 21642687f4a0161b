/** accelerator-payload.s, assembled; test/contract/host/accelerator-payload.test.ts holds the two together. */
const CODE = `
  fab072e6e9b00ae6e92e660f0116e8020f20c00c010f22c066ea20000f00080066b810008ed88ec08ed0bc00800000fc
  b070e6e9b00ae6e9bf0000100031c0b900500000f3abc7050000100007101000c7050010100007201000c70508101000
  07301000c7051010100007401000c7051810100007501000bf00201000b887000000b9000800008907050000200083c7
  08e2f4b8200600000f22e0b8000010000f22d8b9800000c00f320d010100000f300f20c025fbffff9f0d030001800f22
  c0eac8000f00180066b810008ed88ec08ed048c7c4008000000f20d80f22d80f013c2500a00000b06ce6e9b00ae6e9bf
  00001100b900010000bb90020f00e856010000e2f9bf00021100bb81020f00e8450100000f011c25ee020f00be0000e0
  fec786f0000000ff010000c7865003000000070000b011e620e6a0b020e621b028e6a1b004e621b002e6a1b001e621e6
  a1b0fee621b0ffe6a1b034e64366b8a904e64088e0e640c704250090000000000000fbf4833c25009000006472f5fab0
  74e6e9b00ae6e931c00fa2b8010000800fa20f31b9770200000f320f30b91b0000000f320f30be3000e0fe8b06b90201
  00c00f320f30b06de6e9b00ae6e9dbe30fae042500a000000f57c0f30f7f042500a000000fae0c2500a20000f0480fc7
  0c2500a00000b073e6e9b00ae6e9b9810000c031c0ba180023000f30b9820000c0b81e020f0031d20f306a2b68007800
  006a026a33681c020f0048cf0f05668cc86683f8187569b075e6e9b00ae6e9b980c3c90101c8ffc975fab077e6e9b00a
  e6e9be9f020f00b90c00000066bae900f36eb010e6f4f4ebfd89d866890766c74702180066c74704008ec1e810894706
  66c7470a0000c7470c0000000083c710c350ff042500900000b020e6205848cfb021e6e9b00ae6e9b001e6f4f4ebfd4b
  494c4e2d4b564d2d4f4b0a0f1f4400000000000000000000ffff0000009bcf00ffff00000093cf00ffff0000009baf00
  ffff00000093cf00ffff000000f3cf00ffff000000fbaf003700b0020f00ff0f0000110000000000
`;

/** Printed by the payload when everything it tried has worked. */
export const PAYLOAD_ANSWER = 'KILN-KVM-OK';

/** What the payload has done when it prints a letter, in its order. */
export const PAYLOAD_STEPS: Readonly<Record<string, string>> = {
  r: 'real mode',
  p: 'protected mode',
  l: 'long mode with paging',
  t: 'a hundred timer interrupts',
  m: 'model-specific registers',
  s: 'FPU and SSE instructions',
  u: 'user mode and back',
  w: 'thirty million loops of plain work',
};

const IMAGE_BYTES = 64 * 1024;
/** Where x86 processors begin, from the end of the firmware image (Intel SDM volume 3, "First Instruction Executed"). */
const RESET_VECTOR_FROM_END = 16;
/** jmp far F000:0000 */
const JUMP_TO_START = [0xea, 0x00, 0x00, 0x00, 0xf0];

/** The machine code alone. */
export function payloadCode(): Uint8Array {
  return Uint8Array.from(Buffer.from(CODE.replaceAll(/\s+/g, ''), 'hex'));
}

/** A firmware image for QEMU's `-bios`. */
export function payloadImage(): Uint8Array {
  const image = new Uint8Array(IMAGE_BYTES);
  image.set(payloadCode(), 0);
  image.set(JUMP_TO_START, IMAGE_BYTES - RESET_VECTOR_FROM_END);
  return image;
}
