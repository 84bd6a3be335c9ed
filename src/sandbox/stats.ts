/** What has happened at the providers' doors since the sandbox was started. */
export interface Stats {
  arrivals: number;
  inFlight: number;
  strictRejections: number;
}

export const newStats = (): Stats => ({ arrivals: 0, inFlight: 0, strictRejections: 0 });
