/** Whether an answer of Google's means "slow down": 403 with one of its rate limits (a quota for hours is not one). */
export function isGoogleRateLimit({ status, text }: { readonly status: number; readonly text: string }): boolean {
  return status === 403 && /"reason":\s*"(userRateLimitExceeded|rateLimitExceeded)"/.test(text)
}
