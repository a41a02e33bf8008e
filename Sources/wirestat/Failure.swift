import PacketCapture
import Pipeline

/// What a run came to, as sysexits.h numbers it.
enum ExitStatus: Int32 {
  case done = 0
  /// The report holds a finding that `--fail-on` names.
  case findings = 1
  /// `--fail-on` was asked to judge flows, and there were none.
  case nothingJudged = 3
  /// A mistake on the command line.
  case usage = 64
  /// Not a capture, or a damaged one; what could be read of it was reported.
  case badData = 65
  case noInput = 66
  case ioError = 74
  case noPermission = 77
}

/// Why a command gives up: one sentence for the user, and the exit status.
struct Failure: Error {
  let status: ExitStatus
  let message: String

  init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = message
  }

  init(_ error: CaptureError) {
    self.init(error.problem.exitStatus, error.message)
  }

  /// What `body` gives, its error in the tool's own words.
  static func mapping<Value: ~Copyable>(_ body: () throws(CaptureError) -> Value) throws(Failure) -> Value {
    do throws(CaptureError) { return try body() } catch { throw Failure(error) }
  }
}

extension GateVerdict {
  /// Why the run fails; nil where nothing was caught.
  var failure: Failure? {
    switch self {
    case .passed: nil
    case .caught(let first, let count):
      Failure(.findings, "--fail-on caught \(first)\(count > 1 ? " and \(count - 1) more" : "").")
    case .nothingJudged(let flows):
      Failure(
        .nothingJudged,
        "--fail-on had no flow to judge: "
          + (flows == 0 ? "the capture holds none." : "none of \(flows) is one of those asked for."))
    }
  }
}

extension CaptureError.Problem {
  var exitStatus: ExitStatus {
    switch self {
    case .noSuchInput, .noSuchInterface: .noInput
    case .notACapture, .unsupportedLinkType, .damaged: .badData
    case .noPermission: .noPermission
    case .badFilter: .usage
    case .io: .ioError
    }
  }
}
