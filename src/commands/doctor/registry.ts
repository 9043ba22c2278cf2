import { configurationProbe } from './configuration-probe.ts'
import { endpointProbe } from './endpoint-probe.ts'
import { backendProbe, engineProbe, memoryProbe } from './engine-probes.ts'
import { hooksProbe } from './hooks-probe.ts'
import { libraryProbe } from './library-probe.ts'
import { llamaServerProbe } from './llama-server-probe.ts'
import { memoryStoreProbe } from './memory-store-probe.ts'
import type { Probe } from './probe.ts'
import { gitProbe, nodeProbe } from './program-probes.ts'
import { bubblewrapProbe, dockerProbe, sandboxProbe } from './sandbox-probes.ts'
import { storeProbe } from './store-probe.ts'

/** What the doctor looks at, in the order it tells. */
export const probes: readonly Probe[] = [
  nodeProbe,
  gitProbe,
  configurationProbe,
  engineProbe,
  endpointProbe,
  backendProbe,
  libraryProbe,
  llamaServerProbe,
  memoryProbe,
  storeProbe,
  dockerProbe,
  bubblewrapProbe,
  sandboxProbe,
  hooksProbe,
  memoryStoreProbe,
]
