namespace Parley.Server.Rest;

/// <summary>The most bytes that an endpoint accepts in a body.</summary>
internal sealed record BodyLimit(long Bytes);
