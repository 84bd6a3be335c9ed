import { timeDigits } from '../platform/ids.ts';
import { drawsOf } from './random.ts';

/** Where in time ids begin, and how far apart two of them lie. */
export interface IdTime {
  epochMs: number;
  stepMs: number;
}

export type IdAt = (index: number, part?: number) => string;

const VARIANTS = ['8', '9', 'a', 'b'] as const;

/**
 * Row ids of one kind: UUIDv7 in form, their time growing with the index (index order is insert order, which both
 * engines like best), their counter holding the part, their random bits drawn.
 */
export function idsOf(seed: number, kind: string, { epochMs, stepMs }: IdTime): IdAt {
  const drawAt = drawsOf(seed, `${kind} id ${epochMs}`);
  return (index, part = 0) => {
    const draw = drawAt(index, part);
    const time = timeDigits(epochMs + index * stepMs);
    const counter = part.toString(16).padStart(3, '0');
    return `${time}-7${counter}-${draw.pick(VARIANTS)}${draw.hex(3)}-${draw.hex(12)}`;
  };
}
