import { errors } from './drizzle.ts';
import { Unavailable } from '../errors.ts';

interface DriverError {
  code?: string;
  errno?: number;
}

/** MySQL error numbers this house reacts to (MySQL 8.4 Server Error Message Reference). */
const DUPLICATE_ENTRY = 1062;
const LOCK_WAIT_TIMEOUT = 1205;
const DEADLOCK = 1213;

const DUPLICATES = ['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY'];
const LOST = [
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
];

/** The driver's own error behind whatever Drizzle wrapped around it. */
function driverError(error: unknown): DriverError {
  const inner = error instanceof errors.DrizzleQueryError ? error.cause : error;
  return typeof inner === 'object' && inner !== null ? inner : {};
}

/** A unique or primary key already holds this value: the loser's half of "insert once". */
export function isDuplicateKey(error: unknown): boolean {
  const { code, errno } = driverError(error);
  return errno === DUPLICATE_ENTRY || (code !== undefined && DUPLICATES.includes(code));
}

/** MySQL gave up this transaction for another one; the whole transaction may be run again. */
export function isLockFailure(error: unknown): boolean {
  const { errno } = driverError(error);
  return errno === DEADLOCK || errno === LOCK_WAIT_TIMEOUT;
}

/** Another process holds the SQLite file. */
export function isBusy(error: unknown): boolean {
  return driverError(error).code?.startsWith('SQLITE_BUSY') ?? false;
}

/**
 * What callers may see of a database failure: `Unavailable` when the server is gone, else the driver's own error.
 * Drizzle's wrapper never gets out, because its message quotes the parameters, and those may be secrets.
 */
export function withoutParameters(error: unknown): unknown {
  const { code } = driverError(error);
  if (code !== undefined && LOST.includes(code)) {
    return new Unavailable('DATABASE_UNAVAILABLE', 'The database does not answer; start it and try again.', {
      cause: driverError(error),
    });
  }
  if (isBusy(error)) {
    return new Unavailable('DATABASE_BUSY', 'Another process holds the SQLite file; try again.', {
      cause: driverError(error),
    });
  }
  return error instanceof errors.DrizzleQueryError ? (error.cause ?? error) : error;
}
