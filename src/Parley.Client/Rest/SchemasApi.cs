using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Schemas that the payloads of message types must match. Only admins may change them.</summary>
public sealed class SchemasApi
{
    private readonly RestConnection _connection;

    internal SchemasApi(RestConnection connection) => _connection = connection;

    /// <summary>Lists the project's schemas, newest first, a page at a time.</summary>
    /// <param name="limit">Items per page, 1-500; 50 if omitted.</param>
    /// <param name="after">The <c>next</c> of the previous page; the first page if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<MessageSchema>> ListAsync(int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"schemas").With("limit", limit).With("after", after), WireJson.Lenient.PageMessageSchema, cancellationToken);

    /// <summary>Lists the schemas that ship with the server, enabled or not.</summary>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public async Task<IReadOnlyList<MessageSchema>> ListBuiltinAsync(CancellationToken cancellationToken = default) =>
        (await _connection.GetAsync(new RestPath($"schemas").With("builtin", "true"), WireJson.Lenient.PageMessageSchema, cancellationToken).ConfigureAwait(false)).Items;

    /// <summary>Gets the schema of a message type.</summary>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<MessageSchema> GetAsync(string messageType, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"schemas/{messageType}"), WireJson.Lenient.MessageSchema, cancellationToken);

    /// <summary>Registers or replaces the schema of a message type. From then on, a send whose payload does not match is refused
    /// (<see cref="ErrorCodes.SchemaMismatch"/>).</summary>
    /// <exception cref="ParleyException">The schema is not valid, or the server refuses.</exception>
    public Task<MessageSchema> SetAsync(string messageType, JsonElement schema, CancellationToken cancellationToken = default) =>
        PutAsync(messageType, new SchemaRequest { Schema = schema }, cancellationToken);

    /// <summary>Enables the schema that ships with the server for a message type.</summary>
    /// <exception cref="ParleyException">No schema ships for the type, or the server refuses.</exception>
    public Task<MessageSchema> EnableBuiltinAsync(string messageType, CancellationToken cancellationToken = default) =>
        PutAsync(messageType, new SchemaRequest { Builtin = true }, cancellationToken);

    /// <summary>Deletes the schema of a message type. Its payloads are no longer checked.</summary>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task DeleteAsync(string messageType, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"schemas/{messageType}"), cancellationToken);

    private Task<MessageSchema> PutAsync(string messageType, SchemaRequest request, CancellationToken cancellationToken) => _connection.SendAsync(
        HttpMethod.Put, new RestPath($"schemas/{messageType}"), request, WireJson.Lenient.SchemaRequest, WireJson.Lenient.MessageSchema, cancellationToken,
        repeatable: true);
}
