/// The document's metadata in the form that archives and search engines read. ISO 16684-1 (XMP), ISO 32000-1, 14.3.2.
///
/// The same words as in the file's information dictionary; dates are the run's logical time.
struct XMPPacket {
    let information: DocumentInformation
    let language: String

    var text: String {
        """
        <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
        <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
         xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
        <dc:format>application/pdf</dc:format>
        <dc:title><rdf:Alt><rdf:li xml:lang="x-default">\(escaped(information.title))</rdf:li></rdf:Alt></dc:title>
        <dc:creator><rdf:Seq><rdf:li>\(escaped(information.author))</rdf:li></rdf:Seq></dc:creator>
        <dc:description><rdf:Alt><rdf:li xml:lang="x-default">\(escaped(information.subject))</rdf:li></rdf:Alt></dc:description>
        <dc:language><rdf:Bag><rdf:li>\(escaped(language))</rdf:li></rdf:Bag></dc:language>
        <xmp:CreatorTool>\(escaped(information.creator))</xmp:CreatorTool>
        <xmp:CreateDate>\(escaped(information.created))</xmp:CreateDate>
        <xmp:ModifyDate>\(escaped(information.created))</xmp:ModifyDate>
        <xmp:MetadataDate>\(escaped(information.created))</xmp:MetadataDate>
        <pdf:Keywords>\(escaped(information.keywords))</pdf:Keywords>
        </rdf:Description></rdf:RDF></x:xmpmeta>
        <?xpacket end="r"?>
        """
    }

    private func escaped(_ text: String) -> String {
        text.printable.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
