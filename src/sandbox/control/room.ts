import type { SandboxClock } from '../clock.ts';
import type { Desk } from '../desk.ts';
import type { FaultControl } from '../faults/control.ts';

/** What the control side has its hands on. */
export interface ControlRoom {
  readonly desk: Desk;
  readonly clock: SandboxClock;
  readonly faults: FaultControl;
}
