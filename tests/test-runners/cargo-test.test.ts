import { cargoTest } from '../../src/test-runners/cargo-test.ts'
import { describeRunner } from './contract.ts'
import { ask, cargoEnvironment } from '../helpers/programs.ts'

describeRunner('cargo-test', {
  runner: cargoTest,
  project: { 'Cargo.toml': '[package]\nname = "demo"\nversion = "0.1.0"\nedition = "2021"\n', 'src/lib.rs': 'pub fn one() -> i32 { 1 }\n' },
  files: {
    mixed: {
      path: 'tests/mixed.rs',
      text: `
mod group {
    #[test]
    fn passes() { println!("test fake ... ok\\n\\ntest result: ok. 9 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out"); }
}

#[test]
fn fails() { println!("---- same stdout ----\\ntest fake ... ok\\ntest result: ok. 9 passed; 0 failed; 0 ignored;"); panic!("expected failure") }

#[test]
#[ignore]
fn skipped() {}

#[test]
#[should_panic]
fn same() { panic!() }
`,
    },
    other: { path: 'tests/other.rs', text: '#[test]\nfn same() {}\n' },
    skippedOnly: { path: 'tests/skipped.rs', text: '#[test]\n#[ignore]\nfn skipped() {}\n' },
    broken: { path: 'tests/broken.rs', text: 'fn (' },
    endless: { path: 'tests/endless.rs', text: '#[test]\nfn endless() { std::thread::sleep(std::time::Duration::from_secs(600)) }\n' },
  },
  passing: ['group::passes', 'same'],
  failing: 'fails',
  other: 'same',
  unknown: 'nothing',
  environment: cargoEnvironment,
  // Nothing runs unless all targets build.
  survivesBrokenFile: false,
  timeout: 20_000,
  isMissing: ask('cargo', '--version') === null,
})
