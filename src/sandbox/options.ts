import type { Clock } from '../platform/clock.ts';
import type { Auto } from './auto.ts';
import type { FaultRuleInput } from './faults/rules.ts';
import type { Scenario } from './faults/scenario.ts';
import type { Latency } from './latency.ts';

export interface SandboxOptions {
  /** Everything follows it; with `moveTo` the control API can move it, and with it whoever shares it. */
  clock: Clock & { readonly moveTo?: ((moment: Date) => void) | undefined };
  /** 127.0.0.1 when left out. */
  host?: string;
  /** 0, or left out: any free port. */
  port?: number;
  /** How long each provider answer is held back, in real time, after the call was executed. */
  latencyMs?: number;
  /** The same as a range or a curve; see `readLatency`. */
  latency?: Latency;
  /** Makes the ledger survive kill -9; continued when the file exists. */
  ledgerFile?: string;
  /** Opens the control API to callers from other machines that bear it. */
  controlToken?: string;
  /** Everything left to chance follows from it, ids included; another one each time when left out. */
  seed?: string | number;
  /** Rules from the start on. They stay behind all that are added later. */
  faults?: readonly FaultRuleInput[];
  /** Rules from the start on, in the place of which another scenario may be played. */
  scenario?: Partial<Scenario>;
  /** What the approval page does by itself. */
  auto?: Auto;
  /** Whether requests that drift from the specification are refused with -90001; true when left out. */
  strict?: boolean;
  /** Whether KakaoPay Money rests from 23:30 to 00:35 in Seoul; true when left out. */
  blackout?: boolean;
  /** Whether held-back answers wait by the clock given instead of in real time. */
  virtualWaits?: boolean;
}
