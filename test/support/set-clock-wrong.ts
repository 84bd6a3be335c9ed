/**
 * Preloaded into a process (`--import`), puts the clock of its machine wrong by MACHINE_CLOCK_OFF_MS: whatever asks the
 * time is told another one, as it would be if somebody had set it.
 */
const offMs = Number(process.env['MACHINE_CLOCK_OFF_MS'] ?? 0);
const RightDate = Date;

class WrongDate extends RightDate {
  constructor(...given: []) {
    if (given.length === 0) super(RightDate.now() + offMs);
    else super(...given);
  }

  static override now(): number {
    return RightDate.now() + offMs;
  }
}

globalThis.Date = WrongDate as DateConstructor;
