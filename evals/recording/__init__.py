"""Makes transcripts and cases: of conversations that were saved, and of the cases there are."""
