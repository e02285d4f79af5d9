namespace Parley.Server.Operations;

/// <summary>A concept's declaration: everything that can be asked of it, each said once. Register it with
/// <see cref="OperationsSetup.AddConcept{TConcept}"/>, and its routes, frames and documentation are there.</summary>
internal interface IConcept
{
    /// <summary>The heading under which the documentation has its operations.</summary>
    string Title { get; }

    /// <summary>Called once, when the server is put together.</summary>
    IReadOnlyList<Operation> Declare();
}
