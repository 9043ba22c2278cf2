import { isIPv4 } from 'node:net'

/** Whether what is sent to this address stays on this machine. Names other than `localhost` are not looked up, and count as foreign. */
export function isLoopback(url: string): boolean {
  const parsed = URL.parse(url)
  if (parsed === null) return false
  if (parsed.protocol === 'unix:') return true
  const host = parsed.hostname
  if (isIPv4(host)) return host.startsWith('127.')
  // An IPv4 address written as IPv6 comes out of the URL parser in hexadecimal: 7f is 127.
  return host === 'localhost' || host === '[::1]' || /^\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\]$/.test(host)
}
