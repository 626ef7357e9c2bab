import Testing

@testable import AWSProtocol

struct ModelLibraryTests {
    private static let library = ModelLibrary(
        """
        service lobby name=lobby version=2026-01-02 protocols=json,query namespace=https://lobby/ target=Lobby json=1.1
        operation Greet method=POST uri=/ input=GreetRequest output=Greeting errors=Gone
        operation Leave method=POST uri=/ status=204
        others lobby Sleep Wake
        structure GreetRequest
         Name Text required name=name
         When Moment format=rfc822 in=header
         Words Words flattened
         Kind Kind unchecked
        structure Greeting
         Next Greeting
         Counts Counts
        string Text min=1 max=5 pattern=a%20%2C%23%25|b
        string Kind enum=warm%20and%20long,%2C,cold sensitive
        timestamp Moment
        list Words Text element=word max=2
        map Counts Text Count key=name value=count
        integer Count
        error Gone status=410 message=Message query=Lobby.Gone
         Message Text
        """)

    @Test func `the first line says what the service is`() {
        let service = ServiceModel(Self.library)
        #expect(service.name == "lobby" && service.apiVersion == "2026-01-02" && service.targetPrefix == "Lobby")
        #expect(service.wireFormats == [.json(version: "1.1"), .query(namespace: "https://lobby/")])
        #expect(service.otherOperations == ["Sleep", "Wake"])
        #expect(!service.hidesValues && !service.isQueryCompatible)
    }

    @Test func `operations have their shapes, and those without have none`() throws {
        #expect(Self.library.operations.map(\.name) == ["Greet", "Leave"])
        let greet = try #require(Self.library.operation("Greet"))
        #expect(greet.input.name == "GreetRequest" && greet.output.name == "Greeting" && greet.errors == ["Gone"])
        let leave = try #require(Self.library.operation("Leave"))
        #expect(leave.input === NoMembers.schema && leave.output === NoMembers.schema && leave.status == 204)
        #expect(Self.library.operation("Sleep") == nil)
    }

    @Test func `fields are decoded`() {
        let text = Self.library.schema("Text")
        #expect(text.minimum == 1 && text.maximum == 5 && text.pattern?.source == "a ,#%|b")
        let kind = Self.library.schema("Kind")
        #expect(kind.allowedValues == ["warm and long", ",", "cold"] && kind.isSensitive)
        #expect(Self.library.schema("Words").traits.elementName == "word")
        #expect(Self.library.schema("Counts").traits.keyName == "name")
    }

    @Test func `a member has traits that its shape does not have`() throws {
        let members = Self.library.schema("GreetRequest").members
        #expect(members.map(\.name) == ["Name", "When", "Words", "Kind"])
        #expect(members[0].wireName == "name" && members[0].isRequired && members[0].schema.name == "Text")
        #expect(members[1].location == .header)
        guard case .timestamp(.httpDate) = members[1].schema.kind else {
            Issue.record("\(members[1].schema.kind)")
            return
        }
        #expect(members[2].schema.isFlattened && members[2].schema.maximum == 2)
        #expect(!Self.library.schema("Words").isFlattened)
        #expect(members[3].schema.allowedValues.isEmpty && members[3].schema.isSensitive)
    }

    @Test func `a shape is made once, and may contain itself`() throws {
        let greeting = Self.library.schema("Greeting")
        let next = try #require(greeting.members.first?.schema)
        #expect(next === greeting)
        #expect(Self.library.schemas.first { $0.name == "Greeting" } === greeting)
    }

    @Test func `errors have what the wire needs`() {
        #expect(
            Self.library.errors == [
                ErrorShape("Gone", status: 410, messageKey: "Message", fault: .user, queryCode: "Lobby.Gone")
            ])
    }

    @Test func `a text that was read describes the same as one in the program`() {
        let read = ModelLibrary(reading: "service a name=b version=c protocols=ec2\nstring X max=3\n")
        #expect(read.schema("X").maximum == 3)
        #expect(ServiceModel(read).wireFormat == .ec2(namespace: ""))
    }
}
