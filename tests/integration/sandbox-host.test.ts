import { sandboxContract } from '../workspace/sandbox-contract.ts'

sandboxContract({ kind: 'host', missing: process.platform === 'win32' ? 'no POSIX here' : undefined })
