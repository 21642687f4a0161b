/** @typedef {Node | string | undefined} Child */

/**
 * Makes an element. Text becomes text and nothing else: there is no way from here, or from anywhere on this page, to markup.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string>} attributes
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/**
 * @param {string} label
 * @param {() => void} onPress
 */
export function button(label, onPress) {
  const element = make('button', { type: 'button' }, label);
  element.addEventListener('click', onPress);
  return element;
}

/**
 * What is shown of text from guests and files: characters that reorder or hide others become visible.
 * @param {string} text
 */
export const plain = (text) =>
  text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    '\ufffd',
  );

/** @param {number} seconds */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = `${String(whole % 60).padStart(hours + minutes > 0 ? 2 : 1, '0')}s`;
  if (hours > 0) return `${hours}h ${String(minutes).padStart(2, '0')}m`;
  return minutes > 0 ? `${minutes}m ${rest}` : rest;
}
