import { bundle } from './bundle.ts';
import { callingApi, givenCaller } from './calling.ts';
import type { EngineName } from './databases.ts';

/** A shop with its API, and an admin who looks after its shelf. */
export async function shelf(engine: EngineName = 'sqlite-memory') {
  const shop = await bundle({ engine });
  const call = callingApi(shop.app);
  const { user, token } = await givenCaller(shop.app, { role: 'ADMIN' });
  const admin = (method: string, path: string, body?: unknown) =>
    call(method, `/api/admin${path}`, { token, ...(body !== undefined && { body }) });
  return { ...shop, call, admin, adminId: user.id, token, upload: uploading(call, token) };
}

export interface UploadOptions {
  type?: string;
  query?: string;
}

/** Sends a file to the import: text and bytes as they are, or a form. */
const uploading =
  (call: ReturnType<typeof callingApi>, token: string) =>
  (body: string | Uint8Array<ArrayBuffer> | FormData, { type = 'text/csv', query = '' }: UploadOptions = {}) => {
    const headers = { ...(!(body instanceof FormData) && { 'content-type': type }) };
    return call('POST', `/api/admin/items/import${query}`, { body, token, headers });
  };

export function formOf(file: File): FormData {
  const form = new FormData();
  form.set('file', file);
  return form;
}
