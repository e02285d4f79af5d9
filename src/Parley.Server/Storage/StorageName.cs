namespace Parley.Server.Storage;

/// <summary>What holds the data, for people: the product and its version, and where it is. Contains no secrets.</summary>
internal sealed record StorageName(string Text);
