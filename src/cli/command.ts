import { Command, Errors, Flags, type Interfaces } from '@oclif/core';
import type { App } from '../app.ts';
import type { Config } from '../platform/config/index.ts';
import type { PilliveryError } from '../platform/errors.ts';
import { EXIT_CODES, type ExitName } from './exit-codes.ts';

/** What every command takes; the settings among them win over file and environment. */
export interface CommonFlags {
  config?: string | undefined;
  'data-dir'?: string | undefined;
}

/**
 * The base of every command: reads the configuration, opens and always closes the app, and turns errors into one
 * sentence and an exit code. Nothing heavy is imported before a command runs.
 */
export abstract class PilliveryCommand extends Command {
  static override baseFlags = {
    config: Flags.string({ summary: 'configuration file', helpValue: 'FILE', helpGroup: 'GLOBAL' }),
    'data-dir': Flags.string({
      summary: 'folder for the files of this machine',
      helpValue: 'DIR',
      helpGroup: 'GLOBAL',
    }),
    debug: Flags.boolean({ summary: 'show the stack of an error', helpGroup: 'GLOBAL' }),
  };

  protected async loadConfig(flags: CommonFlags, settings: Record<string, string | undefined> = {}): Promise<Config> {
    const { loadConfig } = await import('../platform/config/index.ts');
    return loadConfig({
      root: this.config.root,
      environment: process.env,
      cwd: process.cwd(),
      file: flags.config,
      flags: { ...settings, dataDir: flags['data-dir'] },
    });
  }

  /** Whether it works on a schema that was made by other migrations than this release's. */
  protected readonly acceptsChangedMigrations: boolean = false;

  /** Opens the app, runs `work`, and closes the app whatever happened. `settings` win over file and environment. */
  protected async withApp<T>(
    flags: CommonFlags,
    work: (app: App) => Promise<T>,
    settings: Record<string, string | undefined> = {},
  ): Promise<T> {
    const config = await this.loadConfig(flags, settings);
    const { openApp } = await import('../app.ts');
    const { root, version } = this.config;
    const app = await openApp(config, { root, version, acceptsChanged: this.acceptsChangedMigrations });
    try {
      return await work(app);
    } finally {
      await app.close();
    }
  }

  /** Ends the process with a named code once everything is flushed. */
  protected leaveWith(name: ExitName | number): void {
    process.exitCode = typeof name === 'number' ? name : EXIT_CODES[name].code;
  }

  protected override async catch(thrown: Interfaces.CommandError): Promise<unknown> {
    if (thrown.oclif) return this.#endUsage(thrown);
    const { withoutParameters } = await import('../platform/database/failures.ts');
    const { PilliveryError } = await import('../platform/errors.ts');
    const error = withoutParameters(thrown);
    if (error instanceof PilliveryError) return this.#end(error.message, error.code, exitOf(error), error);
    return this.#end(bugMessage(error), 'INTERNAL', 'failed', error);
  }

  /** Wrong words: oclif says what is wrong and how it should be; with --json in our own document. */
  #endUsage(thrown: Interfaces.CommandError): unknown {
    if (!this.jsonEnabled()) return super.catch(thrown);
    const exitCode = thrown.oclif?.exit ?? EXIT_CODES.usage.code;
    const message = thrown.message.replace(/\nSee more help with --help$/, '');
    this.logJson({ schema: 'pillivery.error/1', error: { code: 'USAGE', message, facts: {}, exitCode } });
    this.leaveWith(exitCode);
    return undefined;
  }

  #end(message: string, code: string, exit: ExitName, cause: unknown): void {
    const exitCode = EXIT_CODES[exit].code;
    if (this.argv.includes('--debug') && cause instanceof Error) this.logToStderr(cause.stack);
    if (this.jsonEnabled()) {
      this.logJson({ schema: 'pillivery.error/1', error: { code, message, facts: factsOf(cause), exitCode } });
      process.exitCode = exitCode;
      return;
    }
    throw new Errors.CLIError(message, { exit: exitCode, code });
  }
}

const factsOf = (cause: unknown): unknown => (cause as PilliveryError | undefined)?.facts ?? {};

const bugMessage = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  return message.startsWith('Bug:') ? message : `Bug: ${message}`;
};

/** Error kinds to exit codes; the one place that knows both. */
function exitOf(error: PilliveryError): ExitName {
  switch (error.kind) {
    case 'input':
      return 'usage';
    case 'conflict':
      return 'held' in error && error.held ? 'taken' : 'failed';
    case 'unavailable':
      return 'notFinished';
    case 'misconfigured':
      return 'configuration';
    default:
      return 'failed';
  }
}
