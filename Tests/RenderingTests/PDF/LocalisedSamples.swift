import ChartGrammar
import CivilTime
import Columnar
import Formatting
import Report
import Testing

/// One full report in four languages: cover, contents, charts, a table over several pages.
enum LocalisedSamples {
    static let locales = ["en-NG", "pt-BR", "tr-TR", "ar-EG"]

    static func document(_ locale: String) throws -> ReportDocument {
        let index = try #require(locales.firstIndex(of: locale))
        let texts = try Catalogues.texts(locale)
        let currency = ["NGN", "BRL", "TRY", "EGP"][index]
        let formatter = ValueFormatter(locale: locale, currency: currency, words: texts.words)
        let words = Words(index: index, currency: currency, formatter: formatter, texts: texts)
        return words.document(locale)
    }

    /// Everything that a definition would say, in one of the languages.
    private struct Words {
        let index: Int
        let currency: String
        let formatter: ValueFormatter
        let texts: EngineText

        private var money: Unit { .money(currency: currency, exponent: 2) }
        private var sign: String { formatter.currencySign(currency) }
        private func pick(_ choices: String...) -> String { choices[index] }

        private var october: [LocalDate] { SampleDocuments.october }
        private var month: String { formatter.monthInFull(october[0]) }
        private var before: String { formatter.monthInFull(october[0].adding(months: -1)) }
        private var monthYear: String { formatter.monthAndYear(october[0]) }

        private var markets: [String] {
            [
                ["Balogun", "Mile 12", "Oshodi", "Ikeja", "Yaba", "Lekki", "Agege", "Epe"],
                ["Pinheiros", "Mooca", "Tatuapé", "Santana", "Lapa", "Butantã", "Penha", "Ipiranga"],
                ["Kadıköy", "Beşiktaş", "Üsküdar", "Şişli", "Fatih", "Bakırköy", "Maltepe", "Çatalca"],
                ["وسط البلد", "مدينة نصر", "المعادي", "الزمالك", "شبرا", "حلوان", "العباسية", "إمبابة"],
            ][index]
        }

        func document(_ locale: String) -> ReportDocument {
            var document = SampleDocuments.rich
            document.identity.tenantName = pick(
                "Lagos Fresh Markets", "Mercados da Serra", "Boğaz Pazarları", "أسواق النيل")
            document.identity.title = pick("Monthly sales", "Vendas mensais", "Aylık satışlar", "المبيعات الشهرية")
            document.presentation = Presentation(
                locale: locale, zone: pick("Africa/Lagos", "America/Sao_Paulo", "Europe/Istanbul", "Africa/Cairo"),
                currency: currency, brandColor: ["#173F66", "#00695C", "#8A1C3B", "#5B3A8C"][index])
            document.period = ReportPeriod(
                name: "2026-10", label: monthYear, shortLabel: formatter.month(october[0]), from: october[0],
                to: october[30].adding(days: 1),
                comparisonShortLabel: formatter.month(october[0].adding(months: -1)),
                comparisonLabel: formatter.monthAndYear(october[0].adding(months: -1)))
            let end = formatter.instant(Instant(secondsSinceEpoch: 1_793_491_140), zone: .utc)
            document.freshness = Freshness(
                asOf: Instant(secondsSinceEpoch: 1_793_502_720), isComplete: true,
                line: texts(.freshComplete, ["date": end]), notes: [texts(.freshNote, ["date": end])])
            document.headline = headline
            document.tiles = tiles
            document.sections = sections
            document.definitions = definitions
            return document
        }

        private var headline: String {
            let value = formatter.compact(.int(19_740_000_000), unit: money, besides: .int(19_700_000_000))
            let rate = formatter.full(.double(0.084), unit: .percent)
            return pick(
                "Sales rose \(rate) to \(value). \(markets[0]) earned most; \(markets[5]) was the one market to fall by more than a tenth.",
                "As vendas subiram \(rate), para \(value). \(markets[0]) vendeu mais; \(markets[5]) foi o único mercado a cair mais de um décimo.",
                "Satışlar \(rate) artarak \(value) oldu. En çok \(markets[0]) kazandı; yalnızca \(markets[5]) onda birden fazla geriledi.",
                "ارتفعت المبيعات \(rate) إلى \(value). حقق \(markets[0]) أعلى المبيعات، وكان \(markets[5]) السوق الوحيد الذي تراجع بأكثر من العُشر."
            )
        }

        private var labels: [String] {
            [
                ["Sales", "Orders", "Average basket", "Refund rate"],
                ["Vendas", "Pedidos", "Valor médio do pedido", "Taxa de devolução"],
                ["Satışlar", "Siparişler", "Ortalama sepet", "İade oranı"],
                ["المبيعات", "الطلبات", "متوسط السلة", "معدل الإرجاع"],
            ][index]
        }

        private var tiles: [Tile] {
            zip(SampleDocuments.tiles, labels).map { tile, label in
                var tile = tile
                tile.measure.label = label
                if case .money = tile.measure.unit { tile.measure.unit = money }
                return tile
            }
        }

        private var definitions: [Definition] {
            let meanings = [
                [
                    "Paid orders less refunds, before fees.", "Orders that were paid.", "Sales divided by orders.",
                    "Refunded value over paid value.",
                ],
                [
                    "Pedidos pagos menos devoluções, antes das taxas.", "Pedidos que foram pagos.",
                    "Vendas divididas pelo número de pedidos.", "Valor devolvido sobre valor pago.",
                ],
                [
                    "Ödenen siparişlerden iadeler düşülür; komisyonlar dahildir.", "Ödenen siparişlerin sayısı.",
                    "Satışların sipariş sayısına bölümü.", "İade edilen tutarın ödenen tutara oranı.",
                ],
                [
                    "الطلبات المدفوعة ناقص المرتجعات، قبل الرسوم.", "عدد الطلبات المدفوعة.",
                    "المبيعات مقسومة على عدد الطلبات.", "القيمة المرتجعة إلى القيمة المدفوعة.",
                ],
            ][index]
            return zip(labels, meanings).map { Definition(term: $0, text: $1) }
        }

        private var sections: [ReportSection] {
            [
                ReportSection(title: nil, blocks: [.chart(daily)]),
                ReportSection(
                    title: pick("Markets", "Mercados", "Pazarlar", "الأسواق"),
                    blocks: [.charts([ranking, share]), .table(marketTable)]),
                ReportSection(
                    title: pick(
                        "Customers who come back", "Clientes que voltam", "Geri gelen müşteriler", "العملاء العائدون"),
                    blocks: [.chart(cohort)]),
                ReportSection(
                    title: pick("A year of orders", "Um ano de pedidos", "Bir yıllık siparişler", "عام من الطلبات"),
                    blocks: [.chart(monthly)]),
                ReportSection(
                    title: pick("All customers", "Todos os clientes", "Tüm müşteriler", "جميع العملاء"),
                    blocks: [.table(customers)]),
            ]
        }

        private var daily: Chart {
            var chart = SampleDocuments.daily(annotated: true)
            chart.title = pick(
                "Daily sales recovered within a week of the flood closures",
                "As vendas diárias se recuperaram em uma semana após as enchentes",
                "Günlük satışlar sel kapanışlarından bir hafta sonra toparlandı",
                "تعافت المبيعات اليومية خلال أسبوع من إغلاقات الفيضان")
            chart.subtitle = texts(
                .chartCompared,
                ["unit": texts(.perDay, ["unit": sign]), "period": monthYear, "comparison": before])
            chart.unit = money
            chart.series[0].label = month
            chart.series[1].label = before
            let days = formatter.dateRange(from: october[11], to: october[14])
            chart.annotations[0].text = pick(
                "Flood closures\n\(days)", "Fechado por enchente\n\(days)", "Sel nedeniyle kapalı\n\(days)",
                "إغلاق بسبب الفيضان\n\(days)")
            chart.alternativeText = chart.title
            return chart
        }

        private var ranking: Chart {
            var chart = SampleDocuments.markets
            let part = formatter.full(.double(0.624), unit: .percent)
            chart.title = pick(
                "Three of eight markets make \(part)", "Três de oito mercados fazem \(part)",
                "Sekiz pazardan üçü \(part) yapıyor", "ثلاثة من ثمانية أسواق تحقق \(part)")
            chart.subtitle = texts(
                .chartCompared, ["unit": sign, "period": monthYear, "comparison": before])
            chart.unit = money
            chart.domain = .categories(markets)
            chart.series[0].label = month
            chart.series[1].label = before
            return chart
        }

        private var share: Chart {
            var chart = SampleDocuments.share
            chart.title = pick(
                "Transfers overtook cash in May", "As transferências passaram o dinheiro em maio",
                "Havale mayısta nakdi geçti", "تجاوزت التحويلات النقد في مايو")
            chart.subtitle = pick(
                "Share of sales by payment method", "Participação nas vendas por meio de pagamento",
                "Ödeme yöntemine göre satış payı", "حصة المبيعات بحسب طريقة الدفع")
            let names = [
                ["Transfer", "Cash", "Card, wallet"], ["Pix", "Dinheiro", "Cartão"], ["Havale", "Nakit", "Kart"],
                ["تحويل", "نقد", "بطاقة"],
            ][index]
            for (position, name) in names.enumerated() { chart.series[position].label = name }
            return chart
        }

        private var cohort: Chart {
            var chart = SampleDocuments.cohort
            chart.title = pick(
                "Newer customers come back more often", "Clientes mais novos voltam com mais frequência",
                "Yeni müşteriler daha sık geri geliyor", "العملاء الجدد يعودون أكثر")
            chart.subtitle = pick(
                "Customers who bought again, by months since the first order",
                "Clientes que compraram de novo, por meses desde o primeiro pedido",
                "Yeniden alışveriş yapan müşteriler, ilk siparişten bu yana geçen aya göre",
                "العملاء الذين اشتروا مجدداً، بحسب الأشهر منذ أول طلب")
            chart.domain = .categories(SampleDocuments.months(10).map(formatter.shortMonthAndYear))
            for position in chart.series.indices { chart.series[position].label = formatter.ordinal(position) }
            return chart
        }

        private var monthly: Chart {
            var chart = SampleDocuments.monthly
            chart.title = texts(.chartByMonth, ["measure": labels[1]])
            chart.subtitle = labels[1]
            return chart
        }

        private func columns(_ key: String, _ label: String) -> [TableColumn] {
            [
                TableColumn(name: key, label: label, unit: .none),
                TableColumn(name: "sales_minor", label: labels[0], unit: money, hasBar: true),
                TableColumn(
                    name: "change",
                    label: formatter.words.versus.replacing(
                        "{base}", with: formatter.month(october[0].adding(months: -1))),
                    unit: .percent, isChange: true, good: .up),
                TableColumn(name: "orders", label: labels[1], unit: .count),
            ]
        }

        private var marketTable: ReportTable {
            var table = SampleDocuments.marketTable(trend: true)
            table.title = pick("All markets", "Todos os mercados", "Tüm pazarlar", "جميع الأسواق")
            table.subtitle = texts(.tableRows, count: 8, ["period": monthYear, "count": formatter.ordinal(8)])
            table.columns = columns("market", pick("Market", "Mercado", "Pazar", "السوق"))
            for row in table.rows.indices { table.rows[row][0] = .text(markets[row]) }
            return table
        }

        private var customers: ReportTable {
            var generator = Generator(seed: 23)
            let name = pick("Customer", "Cliente", "Müşteri", "عميل")
            let rows: [[Scalar]] = (1...120).map { row in
                [
                    .text("\(name) \(formatter.ordinal(1000 + row))"), .int(Int64(generator.next(below: 90_000_000))),
                    .double(Double(Int(generator.next(below: 80)) - 40) / 100), .int(Int64(generator.next(below: 40))),
                ]
            }
            let sums = [1, 3].map { column in
                rows.reduce(Int64(0)) { if case .int(let value) = $1[column] { $0 + value } else { $0 } }
            }
            return ReportTable(
                name: "customers", title: pick("All customers", "Todos os clientes", "Tüm müşteriler", "جميع العملاء"),
                subtitle: texts(.tableRows, count: 120, ["period": monthYear, "count": formatter.ordinal(120)]),
                columns: columns("customer", name), rows: rows, totals: [.null, .int(sums[0]), .null, .int(sums[1])])
        }
    }
}
