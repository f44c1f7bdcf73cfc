internal import CivilTime
internal import Columnar
internal import Formatting
internal import Models

extension Assembly {
    /// The period that is compared with; nil without a comparison.
    var comparison: Period? { report.comparedPeriod(with: period, by: calendar) }

    /// Whether all of the period is in the data.
    var isComplete: Bool { calendar.isComplete(period, asOf: request.asOf) }

    /// The dates of the period that are over: all of it, or up to the day of the cut-off (analytics rule X11).
    var coveredDates: Range<LocalDate> {
        guard !isComplete else { return period.dates }
        let lastDay = calendar.zone.localDate(of: request.asOf)
        return period.from..<min(max(lastDay, period.from), period.to)
    }

    /// The dates that are compared with: as many days of the comparison as the period has covered, at most all.
    func comparedDates(_ comparison: Period) -> Range<LocalDate> {
        guard !isComplete else { return comparison.dates }
        return comparison.from..<min(comparison.from.adding(days: coveredDates.count), comparison.to)
    }

    /// The dates whose buckets make up the period's figures of a model. Buckets of a month are never cut.
    func dates(of model: ModelDefinition) -> Range<LocalDate> {
        model.bucketGrain == .day ? coveredDates : period.dates
    }

    /// The dates of the comparison for a model; nil where there is nothing fair to compare with: no comparison, no data
    /// before, fewer than three days of it, or a month that is not over.
    func comparedDates(of rows: ModelRows) -> Range<LocalDate>? {
        guard let comparison, let first = rows.firstBucket else { return nil }
        guard rows.model.bucketGrain == .day else {
            return isComplete && first <= comparison.from ? comparison.dates : nil
        }
        let dates = comparedDates(comparison)
        let known = max(first, dates.lowerBound).days(until: dates.upperBound)
        return known >= min(3, comparison.dates.count) && !coveredDates.isEmpty ? dates : nil
    }

    /// A period in the document's language.
    func label(of period: Period) -> String { text.label(of: period, formatter) }

    /// A period in the document's language where the year is known.
    func shortLabel(of period: Period) -> String { text.shortLabel(of: period, formatter) }

    /// What a change is measured against: `Sep`, `Sep 2025`, `same 12 days of Sep`.
    var base: String? {
        guard let comparison else { return nil }
        let name = report.comparison == .lastYear ? label(of: comparison) : shortLabel(of: comparison)
        // Fewer than three days are compared with nothing, so there is no need for their number.
        let days = comparedDates(comparison).count
        guard !isComplete, days >= 3 else { return name }
        return text(.partialBase, ["days": formatter.ordinal(days), "base": name])
    }

    var reportPeriod: ReportPeriod {
        ReportPeriod(
            name: period.name, label: label(of: period), shortLabel: shortLabel(of: period), from: period.from,
            to: period.to, comparisonShortLabel: base, comparisonLabel: comparison.map(label(of:)))
    }

    /// What is missing, for the first page.
    var incompleteness: [Notice] {
        guard !gaps.isEmpty else { return [] }
        let lines = gaps.map { gap in
            text(
                .noticeGap,
                [
                    "model": gap.description.last == "." ? String(gap.description.dropLast()) : gap.description,
                    "reached": formatter.instant(gap.reaches, zone: calendar.zone),
                    "wanted": formatter.instant(gap.wanted.adding(seconds: -60), zone: calendar.zone),
                ])
        }
        return [Notice(kind: .incomplete, title: text(.noticeIncomplete), lines: lines)]
    }

    var freshness: Freshness {
        let zone = calendar.zone
        let asOf = formatter.instant(request.asOf, zone: zone)
        // A complete period is complete to its last minute, however much later the data was read.
        let lastMinute = formatter.instant(calendar.instants(of: period).end.adding(seconds: -60), zone: zone)
        let line = isComplete ? text(.freshComplete, ["date": lastMinute]) : text(.freshPartial, ["date": asOf])
        var notes = [text(.freshNote, ["date": asOf])]
        if !isComplete && !coveredDates.isEmpty {
            let dates = formatter.dateRange(from: coveredDates.lowerBound, to: coveredDates.upperBound)
            notes.append(text(.freshPartialNote, ["dates": dates]))
        }
        let currencies = Set(rows.values.flatMap(\.otherCurrencies.keys)).sorted()
        if !currencies.isEmpty {
            notes.append(text(.otherCurrencies, ["currencies": currencies.joined(separator: text(.listSeparator))]))
        }
        let firsts = rows.values.filter { $0.model.bucketGrain == .day }.compactMap(\.buckets.first)
        if let comparison, let first = firsts.min(), first > comparison.from, first < comparison.to {
            notes.append(
                text(.dataBegins, ["date": formatter.date(first), "comparison": label(of: comparison)]))
        }
        let comparison = request.comparison.map { found in
            text(
                found.differingCount == 0 ? .sourceCompared : .sourceDiffers,
                ["date": formatter.instant(found.at, zone: zone)])
        }
        if let comparison { notes.append(comparison) }
        return Freshness(
            asOf: request.asOf, isComplete: isComplete, line: line, notes: notes, comparison: comparison)
    }
}
