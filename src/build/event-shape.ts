import {
  fitsShape,
  listOf,
  number,
  object,
  oneOf,
  optional,
  type Shape,
  shaped,
  text,
} from '../foundation/value-fits.ts';
import { type BuildEvent, STAGES } from './build-events.ts';

const stage = oneOf(STAGES);

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
