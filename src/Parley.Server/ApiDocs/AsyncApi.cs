using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Parley.Protocol;
using Parley.Server.Connections.Frames;
using Parley.Server.Connections.Relay;
using Parley.Server.Connections.ServerSentEvents;
using Parley.Server.Connections.WebSockets;
using Parley.Server.Entities;
using Parley.Server.Monitoring;
using Parley.Server.Rest;

namespace Parley.Server.ApiDocs;

/// <summary>The AsyncAPI 3 document: every frame and every streamed event, from the lists that the server itself uses.</summary>
internal sealed class AsyncApi(FrameTable frames, EntityKinds kinds, EndpointDataSource endpoints, WireDocs docs)
{
    private readonly WireSchemas _schemas = new(docs);
    private readonly JsonObject _channels = [];
    private readonly JsonObject _operations = [];
    private readonly JsonObject _messages = [];

    internal JsonObject Build()
    {
        AddSocket();
        AddRelay();
        AddStreams();
        return new JsonObject
        {
            ["asyncapi"] = "3.0.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Parley: frames and streams",
                ["version"] = ServerVersion.Text,
                ["description"] =
                    "A WebSocket message from the server holds one frame `{\"event\", \"id\", \"data\"}`, or, with `?batch=1`, one or an array of them; a client "
                    + "may send either. The relay takes and sends one object per message. The answer to a frame with an `id` "
                    + "is `ok` or `error` with the same `id`. Send the token as `Authorization: Bearer TOKEN`. A client that cannot set headers calls `POST /api/v1/tickets` "
                    + "and passes `?ticket=`.",
                ["license"] = new JsonObject { ["name"] = "MIT" },
            },
            ["defaultContentType"] = "application/json",
            ["channels"] = _channels,
            ["operations"] = _operations,
            ["components"] = new JsonObject { ["messages"] = _messages, ["schemas"] = _schemas.ToJson() },
        };
    }

    private void AddSocket()
    {
        // Clients may send what the server handles.
        var sent = frames.Faces.Select(face => face.Meaning).ToArray();
        AddChannel(
            "agent", "/ws/{agent_id}", "An agent's connection. `human` is for operators, and for observers, who can only follow feeds.",
            QueryOf(ConnectionQuery.Read), sent.Concat(ServerFrames.All).Select(frame => (KeyOf("frame", frame.Name), Frame(frame))));
        AddOperation("sendFrames", "receive", "agent", sent.Select(frame => KeyOf("frame", frame.Name)));
        AddOperation("receiveFrames", "send", "agent", ServerFrames.All.Select(frame => KeyOf("frame", frame.Name)));
    }

    private void AddRelay()
    {
        var (said, heard) = (RelayFrames.Said, RelayFrames.Heard);
        var error = ServerFrames.All.Single(frame => frame.Name == FrameEvents.Error);
        AddChannel(
            "relay", "/ws/agent/messages/{project_id}", "The plain relay: every message goes to all other agents. Frames are bare objects without `event`, "
            + "except for `error`, which says why a frame was refused.",
            QueryOf(RelayQuery.Read),
            new[] { said, heard }.Select(frame => (KeyOf("", frame.Name), Bare(frame, frame.Name))).Append((KeyOf("frame", error.Name), Frame(error))));
        AddOperation("say", "receive", "relay", [KeyOf("", said.Name)]);
        AddOperation("hear", "send", "relay", [KeyOf("", heard.Name), KeyOf("frame", error.Name)]);
    }

    private void AddStreams()
    {
        var events = StreamsConcept.EventsOf(kinds);
        foreach (var stream in endpoints.Endpoints.OfType<RouteEndpoint>().Where(IsStream))
        {
            var name = stream.Metadata.GetMetadata<IEndpointNameMetadata>()!.EndpointName;
            var channel = char.ToLowerInvariant(name[0]) + name[1..];
            AddChannel(
                channel, stream.RoutePattern.RawText!, stream.Metadata.GetMetadata<IEndpointSummaryMetadata>()?.Summary ?? "",
                QueryOf(StreamQuery.Read), events.Select(meaning => (KeyOf("stream", meaning.Name), Bare(meaning, meaning.Name))));
            AddOperation($"{channel}Events", "send", channel, events.Select(meaning => KeyOf("stream", meaning.Name)));
        }
    }

    private static bool IsStream(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null &&
        endpoint.Metadata.OfType<IProducesResponseTypeMetadata>().Any(answer => answer.ContentTypes.Contains("text/event-stream", StringComparer.Ordinal));

    private void AddChannel(string key, string address, string description, JsonObject query, IEnumerable<(string Key, JsonObject Message)> messages)
    {
        var references = new JsonObject();
        foreach (var (name, message) in messages)
        {
            _messages.TryAdd(name, message);
            references[name] = new JsonObject { ["$ref"] = $"#/components/messages/{name}" };
        }

        var parameters = address.Split('/').Where(part => part.StartsWith('{')).Select(part => KeyValuePair.Create(part.Trim('{', '}'), (JsonNode?)new JsonObject()));
        _channels[key] = new JsonObject
        {
            ["address"] = address,
            ["description"] = description,
            ["parameters"] = new JsonObject(parameters),
            ["messages"] = references,
            ["bindings"] = new JsonObject { ["ws"] = new JsonObject { ["bindingVersion"] = "0.1.0", ["method"] = "GET", ["query"] = query } },
        };
    }

    /// <param name="action">From the server's point of view: it receives what clients send.</param>
    private void AddOperation(string key, string action, string channel, IEnumerable<string> messages) => _operations[key] = new JsonObject
    {
        ["action"] = action,
        ["channel"] = new JsonObject { ["$ref"] = $"#/channels/{channel}" },
        ["messages"] = new JsonArray([.. messages.Select(message => (JsonNode)new JsonObject { ["$ref"] = $"#/channels/{channel}/messages/{message}" })]),
    };

    private JsonObject Frame(FrameMeaning frame)
    {
        var properties = new JsonObject { ["event"] = new JsonObject { ["const"] = frame.Name }, ["id"] = new JsonObject { ["type"] = "string" } };
        if (frame.Data is { } type)
            properties["data"] = frame.TakesItems ? OneOrItems(type) : _schemas.Reference(type);
        var message = Described(frame, new JsonObject { ["type"] = "object", ["required"] = new JsonArray("event"), ["properties"] = properties });
        if (frame.Answer is { } answer)
            message["x-answer"] = _schemas.Reference(answer);
        return WithExamples(message, frame, data => new JsonObject { ["event"] = frame.Name, ["id"] = "1", ["data"] = data });
    }

    private JsonObject Bare(FrameMeaning frame, string name)
    {
        var message = Described(frame, frame.Data is { } type ? _schemas.Reference(type) : new JsonObject { ["type"] = "object" });
        message["name"] = name;
        return WithExamples(message, frame, data => data);
    }

    private static JsonObject WithExamples(JsonObject message, FrameMeaning frame, Func<JsonNode?, JsonNode?> payload)
    {
        if (frame.Examples.Count > 0)
        {
            message["examples"] = new JsonArray([.. frame.Examples.Select(example => (JsonNode)new JsonObject
            {
                ["name"] = example.Name,
                ["payload"] = payload(JsonNode.Parse(example.Json)),
            })]);
        }

        return message;
    }

    private static JsonObject Described(FrameMeaning frame, JsonObject payload) =>
        new() { ["name"] = frame.Name, ["summary"] = frame.Summary, ["payload"] = payload };

    private JsonObject OneOrItems(Type type) => new()
    {
        ["oneOf"] = new JsonArray(
            _schemas.Reference(type),
            new JsonObject
            {
                ["type"] = "object",
                ["required"] = new JsonArray("items"),
                ["properties"] = new JsonObject { ["items"] = new JsonObject { ["type"] = "array", ["maxItems"] = 1_000, ["items"] = _schemas.Reference(type) } },
            }),
    };

    /// <summary>Reading an empty query shows what parameters it takes.</summary>
    private static JsonObject QueryOf<T>(Func<QueryReader, T> read)
    {
        var properties = new JsonObject();
        foreach (var parameter in QueryReader.ParametersOf(read))
        {
            var schema = new JsonObject { ["type"] = parameter.Type };
            if (parameter.Words is { } words)
                schema["enum"] = JsonSerializer.SerializeToNode(words, WireJson.Strict.IReadOnlyListString);
            if (parameter.Minimum is { } least)
                schema["minimum"] = least;
            if (parameter.Maximum is { } most)
                schema["maximum"] = most;
            if (parameter.Meaning is { } meaning)
                schema["description"] = meaning;
            properties[parameter.Name] = schema;
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties };
    }

    /// <summary>A key in the document, which must not contain a colon.</summary>
    private static string KeyOf(string prefix, string name) => $"{prefix}.{name.Replace(':', '.')}".TrimStart('.');
}
