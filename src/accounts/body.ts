import { z } from 'zod';
import { withOffset } from '../platform/calendar.ts';
import type { User } from '../schema.ts';
import { phoneWithDashes } from './fields.ts';

export const Profile = z
  .object({
    id: z.string(),
    email: z.string(),
    displayName: z.string(),
    realName: z.string(),
    phone: z.string(),
    zipCode: z.string().nullable(),
    city: z.string(),
    detailAddress: z.string(),
    role: z.enum(['USER', 'ADMIN']),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Profile' });

/** What a user sees of their own row. */
export const toProfile = (user: User, timeZone: string): z.infer<typeof Profile> => ({
  id: user.id,
  email: user.email ?? '',
  displayName: user.displayName ?? '',
  realName: user.realName ?? '',
  phone: phoneWithDashes(user.phone ?? ''),
  zipCode: user.zipCode,
  city: user.city ?? '',
  detailAddress: user.detailAddress ?? '',
  role: user.role,
  createdAt: withOffset(timeZone, user.createdAt),
  updatedAt: withOffset(timeZone, user.updatedAt),
});
