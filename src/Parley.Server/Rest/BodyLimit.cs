namespace Parley.Server.Rest;

/// <summary>How many bytes of body an endpoint takes.</summary>
internal sealed record BodyLimit(long Bytes);
