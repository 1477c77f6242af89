import Testing
import YAML

@Suite struct YAMLStreamTests {
}
