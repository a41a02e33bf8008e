/// A date of the Gregorian calendar, extended to all of time.
///
/// The year begins in March here, so that the day a leap year adds is its last; months then have lengths that repeat
/// every five (153 days), and eras of 400 years all have the same number of days (146 097).
struct CivilDate: Equatable {
  let daysSinceEpoch: Int64
  let year: Int64
  let month: Int64
  let day: Int64

  init(daysSinceEpoch days: Int64) {
    daysSinceEpoch = days
    let sinceMarchOfYear0 = days + 719_468
    let era = (sinceMarchOfYear0 >= 0 ? sinceMarchOfYear0 : sinceMarchOfYear0 - 146_096) / 146_097
    let dayOfEra = sinceMarchOfYear0 - era * 146_097
    let leapDays = dayOfEra / 1460 - dayOfEra / 36_524 + dayOfEra / 146_096
    let yearOfEra = (dayOfEra - leapDays) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// - Parameters:
  ///   - month: from 1. A month or a day that there is not leads to another date.
  init(year: Int64, month: Int64, day: Int64) {
    let yearFromMarch = month <= 2 ? year - 1 : year
    let era = (yearFromMarch >= 0 ? yearFromMarch : yearFromMarch - 399) / 400
    let yearOfEra = yearFromMarch - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    self.init(daysSinceEpoch: era * 146_097 + dayOfEra - 719_468)
  }
}
