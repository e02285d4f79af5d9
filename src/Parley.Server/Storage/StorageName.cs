namespace Parley.Server.Storage;

/// <summary>What holds the data, for people: the product with its version, and where. No secret is in it.</summary>
internal sealed record StorageName(string Text);
