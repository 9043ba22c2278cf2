/** Opens a sandbox on the folder and the image that it is told, and runs a command in it that never ends. */
import { openSandbox } from '../../src/workspace/sandbox.ts'

const [root = '', image = ''] = process.argv.slice(2)
const { signal } = new AbortController()
const options = { use: 'docker', image, memory: 2 ** 27, cpus: 1, timeout: 600_000 } as const
const sandbox = await openSandbox(options, { root, readOnly: [] }, { environment: process.env, signal })
await sandbox.run({ argv: ['sh', '-c', 'echo > started; sleep 600'], directory: '.', timeout: 600_000, maxOutput: 1000, signal })
