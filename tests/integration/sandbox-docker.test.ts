import { busyboxImage, containersLeft, removeImage } from '../helpers/sandbox-image.ts'
import { missing } from '../helpers/sandbox-requirements.ts'
import { sandboxContract } from '../workspace/sandbox-contract.ts'

const image = `coding-agent-test-contract:${process.pid}`

sandboxContract({
  kind: 'docker',
  missing: missing('docker', 'busybox'),
  image,
  prepare: () => busyboxImage(image),
  cleanUp: () => removeImage(image),
  left: containersLeft,
})
