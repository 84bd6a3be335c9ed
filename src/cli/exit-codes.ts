/** What the process says to whoever started it. The one table; the README's copy is generated from it. */
export const EXIT_CODES = {
  done: { code: 0, means: 'everything asked for is so; declines that were recorded are normal business' },
  failed: { code: 1, means: 'a rule refused it, it was not found or not allowed, or a bug' },
  usage: { code: 2, means: 'the words are wrong: unknown command, flag or value' },
  personNeeded: { code: 3, means: 'it ran to its end, and someone must look' },
  taken: { code: 4, means: 'someone else is at it: a lease or lock is held and alive' },
  notFinished: { code: 75, means: 'nothing is broken; running it again is safe and right' },
  configuration: { code: 78, means: 'config, environment, schema level or Node version is wrong' },
  interrupted: { code: 130, means: 'Ctrl-C, after clean-up (143 for SIGTERM; `bill` says 75)' },
} as const;

export type ExitName = keyof typeof EXIT_CODES;
