import { type BuildEvent, STAGES } from './build-events.ts';

type Fits = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Fits>>;

const text: Fits = (value) => typeof value === 'string';
const number: Fits = (value) => typeof value === 'number';
const object: Fits = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const stage: Fits = (value) => STAGES.some((name) => name === value);
const optional =
  (fits: Fits): Fits =>
  (value) =>
    value === undefined || fits(value);
const listOf =
  (fits: Fits): Fits =>
  (value) =>
    Array.isArray(value) && value.every(fits);
const shaped =
  (shape: Shape): Fits =>
  (value) =>
    object(value) && fitsShape(value as Readonly<Record<string, unknown>>, shape);

function fitsShape(value: Readonly<Record<string, unknown>>, shape: Shape): boolean {
  return Object.entries(shape).every(([name, fits]) => fits(value[name]));
}

const RESULT: Shape = {
  buildId: text,
  name: text,
  directory: text,
  artifacts: listOf(
    shaped({ path: text, name: text, imageKind: text, format: text, size: number, virtualSize: number }),
  ),
  manifestPath: optional(text),
  publications: optional(
    listOf(
      shaped({
        target: text,
        where: text,
        action: text,
        name: text,
        id: optional(text),
        url: optional(text),
        notes: listOf(text),
        commands: listOf(text),
      }),
    ),
  ),
  machine: optional(shaped({ name: text, uuid: text, uri: text, state: text })),
  seconds: number,
  stageSeconds: object,
};

const SHAPES: Readonly<Record<BuildEvent['type'], Shape>> = {
  'build-started': { buildId: text, name: text, directory: text },
  'stage-started': { stage },
  'stage-progress': {
    stage,
    detail: text,
    percent: optional(number),
    packages: optional(shaped({ done: number, total: number })),
    remainingSeconds: optional(number),
  },
  'stage-skipped': { stage, why: text },
  'stage-finished': { stage, seconds: number, note: optional(text) },
  'stage-failed': { stage, seconds: number, code: optional(text) },
  notice: { message: text },
  'build-finished': { result: shaped(RESULT) },
  'build-failed': { code: text, exitCode: number, message: text, details: object },
};

/** Whether a line of an event log, which any program may have written to, is one of the events and has what those who show it read. */
export function isBuildEvent(value: unknown): value is BuildEvent {
  if (!object(value)) return false;
  const event = value as Readonly<Record<string, unknown>>;
  const { type, at } = event;
  const shape = typeof type === 'string' && Object.hasOwn(SHAPES, type) && SHAPES[type as BuildEvent['type']];
  return shape !== false && number(at) && fitsShape(event, shape);
}
