import { withoutParameters } from '../platform/database/index.ts';
import { Unavailable } from '../platform/errors.ts';

/** Whether an error means that the database is away; a query outside a transaction fails with the driver's own words. */
export const isDatabaseLost = (error: unknown): boolean => withoutParameters(error) instanceof Unavailable;
