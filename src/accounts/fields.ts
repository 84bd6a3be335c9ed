import { z } from 'zod';
import { words } from '../platform/http/bodies.ts';

/** The fields of a person, as shop.md 3.0 fixes them. */
export const email = z
  .string()
  .normalize('NFC')
  .trim()
  .max(254)
  .regex(/^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/);
export const password = z.string().regex(/^(?=.*[A-Za-z])(?=.*\d)(?=.*[^A-Za-z\d\s])\S{8,64}$/);
export const displayName = z
  .string()
  .normalize('NFC')
  .trim()
  .regex(/^[A-Za-z0-9가-힣]{2,20}$/);
export const realName = z
  .string()
  .normalize('NFC')
  .trim()
  .regex(/^[\p{L}\p{M}.'·-]{2,30}$/u);
export const phone = z
  .string()
  .trim()
  .regex(/^01[016789]-?\d{3,4}-?\d{4}$/);
export const zipCode = z
  .string()
  .trim()
  .regex(/^\d{5}$/);
export const city = words(1, 100);
export const detailAddress = words(1, 200);

/** How names and addresses are compared, on both databases alike. */
export const keyOf = (text: string): string => text.normalize('NFC').toLowerCase();

/** Phones are stored as digits and shown with dashes. */
export const phoneDigits = (text: string): string => text.replaceAll('-', '');

export const phoneWithDashes = (digits: string): string => digits.replace(/^(\d{3})(\d{3,4})(\d{4})$/, '$1-$2-$3');
